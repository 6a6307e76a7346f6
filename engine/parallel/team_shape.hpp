#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/parallel/fewest_atoms.hpp"

namespace forcewire {

/// Which ranks form a team: the first ones of the first node, or all of the first nodes. So it has
/// few nodes, and the ranks of each share memory.
struct TeamShape {
  int nodes = 1;
  int ranks = 1;  ///< altogether

  bool operator==(const TeamShape&) const = default;

  /// Is the rank with this number on its node, where both are counted from 0, one of them?
  bool contains(int node, int rank_of_node) const {
    return node < nodes && (nodes > 1 || rank_of_node < ranks);
  }
};

/// From the root alone to all ranks, each about twice as large as the one before: 1, 2, 4, ...
/// ranks of a node, all of them, and of 2, 4, ... nodes, and of all.
/// @param ranks_of_nodes of each node, one or more
std::vector<TeamShape> team_shapes(std::span<const int> ranks_of_nodes);

/// The index of the team that is worth its ranks for so many atoms: see FewestAtoms.
std::size_t team_for(std::size_t natoms, std::span<const TeamShape> shapes,
                     const FewestAtoms& fewest);

/// The same, but stays with the team that was the `last` one (0: there was none) while half as many
/// atoms again would be worth it: another one has to be gathered, for which all ranks must be
/// woken.
std::size_t team_for(std::size_t natoms, std::span<const TeamShape> shapes,
                     const FewestAtoms& fewest, std::size_t last);

}  // namespace forcewire
