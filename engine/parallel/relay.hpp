#pragma once

#include <cstddef>
#include <vector>

namespace forcewire {

/// The place of a rank on the way that the pieces of a long array take between the root and all
/// other ranks. From the root on, a rank passes what it got from the one before it to those after
/// it; towards the root it is the other way round.
///
/// A few ranks form a chain, so that the root, too, sends or gets each number once; more form a
/// binary tree, in which nobody does more than twice.
struct Relay {
  static constexpr std::size_t most_after = 2;

  /// The most ranks that form a chain, unless it is said: the last one is as many steps away from
  /// the root, and with many of them that takes longer than to send everything twice.
  static constexpr int usual_longest_chain = 8;

  Relay() = default;
  Relay(int rank, int size, int longest_chain = usual_longest_chain);

  int before = 0;          ///< the next rank on the way to the root, who has none
  std::vector<int> after;  ///< those for whom this rank is the next one
};

}  // namespace forcewire
