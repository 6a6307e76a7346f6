#pragma once

#include <cstdint>
#include <span>

namespace forcewire {

/// @param forces x y z on all atoms of the request
/// @throws PotentialFailure when the one on `atom` is no number
void expect_finite_force(std::span<const double> forces, std::int32_t atom);

}  // namespace forcewire
