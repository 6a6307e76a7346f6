#include "engine/potentials/potential.hpp"

#include <algorithm>
#include <cmath>

namespace forcewire {

TailCorrection Potential::tail(std::span<const std::int64_t> /*count*/, double /*volume*/) const {
  return {};
}

double Potential::microseconds_per_atom() const {
  // Of a pair potential, that of Lennard-Jones in a liquid. Models of many bodies take from one to
  // several hundred: few atoms of the costly ones are worth a second rank, and where it was none,
  // for some atoms of a cheap one, no more is lost than it takes to wake it.
  return atom_lists().empty() ? 0.1 : 12.5;
}

void Potential::join(const void* /*mpi_communicator*/) {}

void Potential::prepare(const LocalSystem& /*system*/) {}

std::optional<std::string> Potential::why_fully_periodic() const { return std::nullopt; }

std::optional<double> Potential::pair_energy(int /*a*/, int /*b*/, double /*r*/) const {
  return std::nullopt;
}

std::size_t fewest_shared(const Potential& potential) {
  constexpr double waking = 50;  // us
  // Of two ranks, each saves half of the time.
  const double atoms = std::ceil(2 * waking / potential.microseconds_per_atom());
  return static_cast<std::size_t>(std::clamp(atoms, 2.0, 1e9));
}

std::vector<std::int64_t> atoms_of_each_species(const Potential& potential,
                                                std::span<const std::int32_t> species,
                                                std::size_t natoms) {
  std::vector<std::int64_t> count(static_cast<std::size_t>(potential.species_count()), 0);
  if (species.empty()) count[0] = static_cast<std::int64_t>(natoms);
  for (const std::int32_t s : species) ++count[static_cast<std::size_t>(s)];
  return count;
}

}  // namespace forcewire
