#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/kernels/local_system.hpp"

namespace forcewire {

/// Clusters to search: their atoms, and the box around each.
struct SearchedClusters {
  const double* atoms;             ///< as LocalSystem has them
  const std::int32_t* atom_count;  ///< of each cluster; padding comes last
  /// Lowest and highest x, y and z of the atoms of each cluster [bohr]; `search_padding` readable
  /// numbers behind the last one.
  std::array<const double*, 3> low;
  std::array<const double*, 3> high;
};

/// Room that a search may use beyond what it returns.
inline constexpr std::size_t search_padding = 8;

/// Finds which of the `candidates` the atoms of cluster `self` see: those with an atom at most
/// `radius_squared` away, squared [bohr^2].
///
/// @param scratch room for twice as many numbers as there are candidates, and `search_padding` more
/// @param rows room for a row of all candidates for each slot, and `search_padding` more; gets the
///        rows, one behind the other
/// @param row_end gets the end of each slot's row among `rows`
void find_rows(const SearchedClusters& clusters, std::int32_t self,
               std::span<const IndexRange> candidates, double radius_squared,
               std::span<std::int32_t> scratch, std::int32_t* rows, std::size_t* row_end);

}  // namespace forcewire
