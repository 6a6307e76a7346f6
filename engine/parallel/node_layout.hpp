#pragma once

#include <optional>
#include <vector>

#include "engine/parallel/communicator.hpp"

namespace forcewire {

/// Which ranks share memory: each node has its ranks, of which the first is the leader, and the
/// leaders talk to each other. The root of the world leads its node and the leaders.
class NodeLayout {
 public:
  /// The nodes as they are, or, for tests, `pretended_nodes` nodes of consecutive ranks, all of
  /// which must really share memory. @collective
  explicit NodeLayout(const Communicator& world, int pretended_nodes = 0);

  /// Of those of its ranks who are in `ranks`, in their order: who shares memory still does.
  /// @collective over `ranks`
  NodeLayout among(const Communicator& ranks) const { return {ranks, ranks.split(number_)}; }

  const Communicator& node() const { return node_; }
  bool is_leader() const { return node_.is_root(); }

  /// The leaders of all nodes; only a leader has it.
  const Communicator& leaders() const { return *leaders_; }

  int node_count() const { return node_count_; }

  /// Of this rank's node, from 0, which is the root's.
  int number() const { return number_; }

 private:
  NodeLayout(const Communicator& ranks, Communicator node);

  Communicator node_;
  std::optional<Communicator> leaders_;
  int node_count_;
  int number_;
};

/// For each rank a number that it has in common with the ranks of its node alone: see
/// `NodeLayout`. @collective
std::vector<int> nodes_of_ranks(const Communicator& world, int pretended_nodes = 0);

}  // namespace forcewire
