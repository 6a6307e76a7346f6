#pragma once

#include "engine/parallel/communicator.hpp"

namespace forcewire {

/// Where the ranks run.
struct Placement {
  int ranks;
  int nodes;
  /// Of the most crowded node: its ranks, and the cores (hardware threads) that they may use.
  int crowded_ranks;
  int crowded_cores;

  bool is_overcommitted() const { return crowded_ranks > crowded_cores; }
};

/// The cores of a node are those that any of its ranks may run on, as far as the container's or
/// batch job's share of processor time goes. @collective
Placement find_placement(const Communicator& world);

}  // namespace forcewire
