#include "engine/parallel/node_layout.hpp"

#include <utility>

namespace forcewire {

namespace {
Communicator split_into_nodes(const Communicator& world, int pretended_nodes) {
  if (pretended_nodes == 0) return world.split_by_node();
  return world.split(world.rank() * pretended_nodes / world.size());
}
}  // namespace

NodeLayout::NodeLayout(const Communicator& world, int pretended_nodes)
    : NodeLayout(world, split_into_nodes(world, pretended_nodes)) {}

NodeLayout::NodeLayout(const Communicator& ranks, Communicator node) : node_(std::move(node)) {
  // Colour 0 holds the leaders; everybody else's communicator is of no use.
  Communicator part = ranks.split(is_leader() ? 0 : 1);
  node_count_ = part.size();
  number_ = part.rank();
  if (is_leader()) leaders_ = std::move(part);
  // Ranks that do not lead learn from their leader how many nodes there are, and which is theirs.
  node_count_ = node_.broadcast_number(node_count_, 0);
  number_ = node_.broadcast_number(number_, 0);
}

std::vector<int> nodes_of_ranks(const Communicator& world, int pretended_nodes) {
  const NodeLayout layout(world, pretended_nodes);
  return world.gather_to_all(layout.node().broadcast_number(world.rank(), 0));  // of its leader
}

}  // namespace forcewire
