#include "apps/forcewire/placement.hpp"

#include <sched.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <string>

#include "engine/parallel/node_layout.hpp"

namespace forcewire {

namespace {

/// Cores that at least one rank of this node may run on: mpirun pins each rank to a part of them.
/// @collective
int cores_in_masks(const Communicator& node) {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  // A machine beyond CPU_SETSIZE cores fails here: then we know nothing, and do not warn.
  if (node.max(sched_getaffinity(0, sizeof mask, &mask)) != 0) {
    return std::numeric_limits<int>::max();
  }
  std::array<double, CPU_SETSIZE> ranks_on_core{};
  for (std::size_t core = 0; core < ranks_on_core.size(); ++core) {
    ranks_on_core[core] = CPU_ISSET(core, &mask) ? 1 : 0;
  }
  node.sum(ranks_on_core);
  return static_cast<int>(std::count_if(ranks_on_core.begin(), ranks_on_core.end(),
                                        [](double ranks) { return ranks > 0; }));
}

/// The share of processor time that a container may use, in cores (cgroup version 2).
int cores_in_quota() {
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max" || !(period > 0)) {
    return std::numeric_limits<int>::max();
  }
  return static_cast<int>(std::max(1.0, std::ceil(std::stod(quota) / period)));
}

}  // namespace

Placement find_placement(const Communicator& world) {
  const NodeLayout layout(world);
  const Communicator& node = layout.node();
  const int cores = std::min(cores_in_masks(node), node.min(cores_in_quota()));
  const int excess = node.size() - cores;
  const bool most_crowded = excess == world.max(excess);
  return {.ranks = world.size(),
          .nodes = world.max(layout.node_count()),
          .crowded_ranks = world.max(most_crowded ? node.size() : 0),
          .crowded_cores = world.max(most_crowded ? cores : 0)};
}

}  // namespace forcewire
