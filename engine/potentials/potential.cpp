#include "engine/potentials/potential.hpp"

namespace forcewire {

TailCorrection Potential::tail(std::span<const std::int64_t> /*count*/, double /*volume*/) const {
  return {};
}

void Potential::join(const void* /*mpi_communicator*/) {}

void Potential::prepare(const LocalSystem& /*system*/) {}

std::optional<std::string> Potential::why_fully_periodic() const { return std::nullopt; }

std::optional<double> Potential::pair_energy(int /*a*/, int /*b*/, double /*r*/) const {
  return std::nullopt;
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
