#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace forcewire {

/// Local indices begin, begin + 1, ..., end - 1.
struct IndexRange {
  std::int32_t begin;
  std::int32_t end;
};

/// Coordinates of local atoms [bohr], each array with `search_padding` readable numbers behind its
/// last atom.
struct Coordinates {
  const double* x;
  const double* y;
  const double* z;
};

/// Room that a search may use beyond what it returns.
inline constexpr std::size_t search_padding = 8;

/// Writes the local index of every atom in `candidates`, other than `self`, whose squared distance
/// from atom `self` is at most `radius_squared` [bohr^2].
///
/// @param found room for all candidates and `search_padding` more
/// @return how many were written
std::size_t find_within(const Coordinates& atoms, std::int32_t self,
                        std::span<const IndexRange> candidates, double radius_squared,
                        std::int32_t* found);

}  // namespace forcewire
