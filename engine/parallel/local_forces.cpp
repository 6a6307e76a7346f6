#include "engine/parallel/local_forces.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "engine/parallel/finite_force.hpp"

namespace forcewire {

namespace {

/// @throws PotentialFailure when a force on an owned atom is no number
void check_forces(const VerletList& list, std::span<const double> all_forces) {
  for (const std::int32_t atom : list.owned()) {
    if (atom != LocalAtoms::padding) expect_finite_force(all_forces, atom);
  }
}

}  // namespace

// In a potential that communicates nobody waits for a rank that never gets there: what fails on one
// rank alone comes before all agree to go on.
LocalSums LocalForces::compute(Potential& potential, const VerletList& list,
                               const Communicator& ranks, Attempt& attempt) {
  LocalSums sums;
  const bool exists = list.exists();  // if not, a rank knows why
  attempt([&] {
    if (!exists) return;
    const LocalSystem system = list.system();
    forces_.resize(system.force_numbers());
    potential.prepare(system);
  });
  const bool is_ready = exists && !attempt.failure();
  const bool computes =
      potential.is_collective() ? ranks.common_bits(is_ready ? 1 : 0) != 0 : is_ready;
  attempt([&] {
    if (!exists) return;
    if (!computes) {
      std::ranges::fill(forces_.numbers(), 0.0);
      return;
    }
    sums = potential.compute(list.system(), forces_.numbers());
    forces_.expect_intact();
    list.fold_images(forces_.numbers());
  });
  return sums;
}

void LocalForces::write(const VerletList& list, std::span<double> all_forces) {
  const std::size_t width = list.system().width;
  const std::int32_t* owned = list.owned().data();
  const double* from = by_slot().data();
  double* forces = all_forces.data();
  double sum = 0;  // is a number if all forces are
  for (std::size_t left = list.owned().size(); left > 0; left -= width) {
    for (std::size_t lane = 0; lane < width; ++lane) {
      if (owned[lane] == LocalAtoms::padding) continue;
      double* to = forces + 3 * static_cast<std::size_t>(owned[lane]);
      for (std::size_t axis = 0; axis < 3; ++axis) {
        to[axis] = from[axis * width + lane];
        sum += to[axis];
      }
    }
    owned += width;
    from += 3 * width;
  }
  if (!std::isfinite(sum)) check_forces(list, all_forces);
}

}  // namespace forcewire
