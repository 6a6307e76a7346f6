#include "engine/potentials/many_body_potential.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace forcewire {

void ManyBodyPotential::prepare(const LocalSystem& system) {
  const AtomSlots& atoms = *system.by_atom;
  const std::size_t width = system.width;
  const std::size_t count = atoms.slot.size();
  positions_.resize(3 * count);
  species_.resize(count);
  for (std::size_t atom = 0; atom < count; ++atom) {
    const auto slot = static_cast<std::size_t>(atoms.slot[atom]);
    const double* from = &system.atoms[atom_offset(slot, width)];
    for (std::size_t axis = 0; axis < 3; ++axis) positions_[3 * atom + axis] = from[axis * width];
    species_[atom] = static_cast<std::int32_t>(std::bit_cast<std::int64_t>(from[3 * width]));
  }
  forces_.resize(3 * count);
}

LocalSums ManyBodyPotential::compute(const LocalSystem& system, std::span<double> forces) {
  const AtomSlots& atoms = *system.by_atom;
  if (atoms.owned == 0 && !is_collective()) {  // not all potentials think of this case
    std::ranges::fill(forces, 0.0);
    return {};
  }
  const std::size_t width = system.width;
  const std::size_t count = atoms.slot.size();
  const std::span<double> its_forces = forces_.numbers();
  std::ranges::fill(its_forces, 0.0);
  const LocalSums sums = compute_atoms(
      {atoms.owned, positions_, species_, atoms.index, atoms.shift, atoms.lists}, its_forces);
  forces_.expect_intact();
  for (std::size_t atom = 0; atom < count; ++atom) {
    double* to = &forces[force_offset(static_cast<std::size_t>(atoms.slot[atom]), width)];
    for (std::size_t axis = 0; axis < 3; ++axis) to[axis * width] = its_forces[3 * atom + axis];
  }
  return sums;
}

Eigen::Matrix3d virial_of_forces(const AtomSystem& system, std::span<const double> forces) {
  using Vector = Eigen::Map<const Eigen::Vector3d>;
  Eigen::Matrix3d virial = Eigen::Matrix3d::Zero();
  if (forces.empty()) return virial;
  const Eigen::Vector3d origin = Vector(system.positions.data());  // forces sum up to zero
  for (std::size_t at = 0; at < forces.size(); at += 3) {
    virial += (Vector(&system.positions[at]) - origin) * Vector(&forces[at]).transpose();
  }
  return virial;
}

}  // namespace forcewire
