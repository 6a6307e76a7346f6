#include "engine/parallel/finite_force.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>

#include "engine/potentials/errors.hpp"

namespace forcewire {

void expect_finite_force(std::span<const double> forces, std::int32_t atom) {
  const double* force = &forces[3 * static_cast<std::size_t>(atom)];
  if (std::isfinite(force[0] + force[1] + force[2])) return;
  // Of a NaN the sign says nothing.
  const auto shown = [](double x) { return std::isnan(x) ? std::abs(x) : x; };
  throw PotentialFailure(PotentialFailure::Kind::result,
                         fmt::format("the force on atom {} is ({} {} {}) hartree/bohr, expected "
                                     "finite numbers; another atom may be at the same place",
                                     atom, shown(force[0]), shown(force[1]), shown(force[2])));
}

}  // namespace forcewire
