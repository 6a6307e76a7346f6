#pragma once

#include <span>
#include <vector>

namespace forcewire {

// Ranks can be split into groups, each of which serves a connection of its own. Ranks of a group
// talk to each other at every request, and faster on one node: as few groups as possible straddle
// nodes.
//
// `nodes` has a number for each rank, the same for ranks of the same node. What comes back is the
// group of each rank; groups are numbered from 0 in the order of their first ranks.

/// So many groups, however many ranks each can have.
///
/// With as many groups as nodes, or more, none straddles: nodes get groups so that the largest is
/// as small as can be, and those of a node differ by a rank at most. With fewer, no node is shared:
/// each group has whole nodes, next to each other in the order of their first ranks.
///
/// @throws std::invalid_argument when there are fewer ranks than groups, or no group
std::vector<int> split_into_groups(std::span<const int> nodes, int groups);

/// Groups of so many ranks each.
///
/// Each node has as many of them as fit; what is left over on nodes makes up those that straddle.
///
/// @throws std::invalid_argument when the number of ranks is no multiple of `ranks_per_group`
std::vector<int> split_into_equal_groups(std::span<const int> nodes, int ranks_per_group);

/// What a group has.
struct GroupSize {
  int ranks;
  int nodes;  ///< on which these are

  bool operator==(const GroupSize&) const = default;
};

/// Of each group.
/// @param groups of each rank, as the functions above return them
std::vector<GroupSize> sizes_of_groups(std::span<const int> nodes, std::span<const int> groups);

}  // namespace forcewire
