#include "engine/potentials/potential.hpp"

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

double list_build_cost(const Potential& potential) {
  // Who goes through lists of single atoms has a look at a neighbour beyond the cutoff and leaves
  // it: a skin adds as much to a cheap model as to a costly one. With OpenKIM's EAM, Tersoff and
  // Stillinger-Weber (1, 1.4 and 5 us an atom) it added 1.5 to 2.5 us times its share of the
  // cutoff, and a build took 0.9 to 1.5 us.
  if (!potential.atom_lists().empty()) return 1;
  // Rows of clusters are computed to their end. Measured for Lennard-Jones liquids: a build takes
  // five times as long as forces, and less for the model, since a wider skin makes the build
  // dearer, too. A quarter more or less costs less than a hundredth.
  constexpr double build = 0.4;  // us an atom
  return build / potential.microseconds_per_atom();
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
