#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace forcewire {

/// Clusters, and where they were when a list was built.
struct MovedClusters {
  const double* now;               ///< as LocalSystem has them
  const double* then;              ///< the same
  const std::int32_t* atom_count;  ///< of each cluster; padding comes last
};

/// Finds the atoms that have moved farther than a limit.
///
/// @param clusters how many, from the first, to look at
/// @param limit_squared [bohr^2]
/// @param fast gets their slots, as many as there is room for
/// @return how many it has got
std::size_t find_fast(const MovedClusters& moved, std::size_t clusters, double limit_squared,
                      std::span<std::int32_t> fast);

/// Is an atom of `candidates` within the cutoff of the one in `slot` now, that was farther from it
/// than the list cutoff then? Atoms of its own cluster count, too: rows of clusters always have
/// them, lists of single atoms do not.
///
/// @param cutoff, list_cutoff [bohr]; at both ends rounding is for yes
bool misses_pair(const MovedClusters& moved, std::int32_t slot,
                 std::span<const std::int32_t> candidates, double cutoff, double list_cutoff);

}  // namespace forcewire
