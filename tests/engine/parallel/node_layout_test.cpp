#include "engine/parallel/node_layout.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace forcewire {
namespace {

TEST(NodeLayout, RanksOfOneMachineShareOneNode) {
  const Communicator world = Communicator::world();
  const NodeLayout layout(world);
  EXPECT_EQ(layout.node_count(), 1);
  EXPECT_EQ(layout.node().size(), world.size());
  EXPECT_EQ(layout.is_leader(), world.is_root());
}

TEST(NodeLayout, PretendedNodesHoldConsecutiveRanks) {
  const Communicator world = Communicator::world();
  for (int nodes = 1; nodes <= world.size(); ++nodes) {
    const NodeLayout layout(world, nodes);
    EXPECT_EQ(layout.node_count(), nodes);

    // All ranks have a node, of about equal size.
    EXPECT_GE(layout.node().size(), world.size() / nodes);
    EXPECT_LE(layout.node().size(), world.size() / nodes + 1);

    // There is one leader a node, the root of the world leads the leaders, and they are in order.
    double leaders = layout.is_leader() ? 1 : 0;
    world.sum({&leaders, 1});
    EXPECT_EQ(leaders, nodes);
    if (layout.is_leader()) {
      EXPECT_EQ(layout.leaders().size(), nodes);
      EXPECT_EQ(layout.leaders().is_root(), world.is_root());
    }

    // Nodes are numbered in the order of their leaders.
    EXPECT_EQ(layout.number(), world.rank() * nodes / world.size());

    // Ranks of a node are consecutive.
    double first = world.rank();
    layout.node().broadcast({&first, 1});
    EXPECT_EQ(world.rank(), static_cast<int>(first) + layout.node().rank());
  }
}

TEST(NodesOfRanks, AreNumberedByTheirLeaders) {
  const Communicator world = Communicator::world();
  std::vector<int> expected(static_cast<std::size_t>(world.size()), 0);
  EXPECT_EQ(nodes_of_ranks(world), expected);
  for (int rank = 0; rank < world.size(); ++rank) expected[static_cast<std::size_t>(rank)] = rank;
  EXPECT_EQ(nodes_of_ranks(world, world.size()), expected);
}

}  // namespace
}  // namespace forcewire
