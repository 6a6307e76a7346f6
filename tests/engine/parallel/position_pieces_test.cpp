#include "engine/parallel/position_pieces.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace forcewire {
namespace {

TEST(PositionPieces, TellsWhenAPieceIsDue) {
  const Communicator world = Communicator::world();
  const NodeLayout nodes(world);
  PositionPieces pieces(nodes, 10);
  EXPECT_FALSE(pieces.is_due(0));
  pieces.expect(25);
  EXPECT_EQ(pieces.next(), 10U);
  EXPECT_FALSE(pieces.is_due(9));
  EXPECT_TRUE(pieces.is_due(10));
  EXPECT_FALSE(pieces.is_due(25)) << "the last one goes some other way";
  std::vector<double> positions(25);
  pieces.start(positions, 0, 12);
  EXPECT_FALSE(pieces.is_due(21));
  EXPECT_TRUE(pieces.is_due(22));
  pieces.start(positions, 12, 22);
  EXPECT_EQ(pieces.next(), 25U);
  pieces.finish();
  EXPECT_EQ(pieces.take(25), 22U);
  EXPECT_EQ(pieces.take(25), 0U) << "asked twice";
  pieces.expect(25);
  pieces.start(positions, 0, 12);
  pieces.finish();
  EXPECT_EQ(pieces.take(24), 0U) << "something else came";
}

TEST(PositionPieces, ReachAllNodes) {
  const Communicator world = Communicator::world();
  const NodeLayout nodes(world, world.size());
  PositionPieces pieces(nodes, 1);
  std::vector<double> expected(1000);
  std::iota(expected.begin(), expected.end(), 1);
  std::vector<double> positions(1000, 0.0);
  if (world.is_root()) positions = expected;
  for (const std::size_t begin : {0U, 400U}) pieces.start(positions, begin, begin + 400);
  EXPECT_TRUE(pieces.is_under_way());
  pieces.finish();
  EXPECT_FALSE(pieces.is_under_way());
  expected.resize(800);
  positions.resize(800);
  EXPECT_EQ(positions, expected);
}

}  // namespace
}  // namespace forcewire
