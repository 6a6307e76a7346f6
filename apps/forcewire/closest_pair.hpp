#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "engine/geometry/cell.hpp"

namespace forcewire {

/// The two atoms nearest to each other; `first == second` when it is an atom and its own image.
struct ClosestPair {
  std::size_t first;
  std::size_t second;
  double distance;  ///< [bohr]
};

/// The closest pair of a structure, periodic images included, in expected linear time.
///
/// @param positions 3 natoms [bohr], wrapped into the cell or not
/// @return nothing when there is no pair (one atom and no images), or a coordinate is not finite or
///         too large to be wrapped
std::optional<ClosestPair> closest_pair(std::span<const double> positions, const Cell& cell);

}  // namespace forcewire
