#include "engine/parallel/position_pieces.hpp"

#include <gtest/gtest.h>
#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <span>
#include <thread>
#include <vector>

namespace {
std::size_t numbers_sent = 0;  // by this rank, one to one
}

/// In the place of MPI's own, which has another name for that purpose: counts numbers.
extern "C" int MPI_Isend(const void* data, int count, MPI_Datatype type, int to, int tag,
                         MPI_Comm comm, MPI_Request* request) {
  numbers_sent += static_cast<std::size_t>(count);
  return PMPI_Isend(data, count, type, to, tag, comm, request);
}

namespace forcewire {
namespace {

constexpr int tree = 1;  // as the longest chain

std::vector<double> numbers(std::size_t count) {
  std::vector<double> result(count);
  std::iota(result.begin(), result.end(), 1);
  return result;
}

/// At the root what is to come to the others.
std::vector<double> numbers_of_root(std::size_t count) {
  if (Communicator::world().is_root()) return numbers(count);
  return std::vector<double>(count);
}

TEST(PositionPieces, TellsWhenAPieceIsDue) {
  const Communicator world = Communicator::world();
  const NodeLayout nodes(world);
  PositionPieces pieces(nodes, 10);
  EXPECT_FALSE(pieces.is_due(0));
  pieces.expect(25);
  EXPECT_EQ(pieces.next(), 10U);
  EXPECT_FALSE(pieces.is_due(9));
  EXPECT_TRUE(pieces.is_due(10));
  EXPECT_FALSE(pieces.is_due(25)) << "the rest goes when all is there";
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
  for (const int nodes : {1, 2, world.size()}) {
    if (nodes > world.size()) continue;
    const NodeLayout layout(world, nodes);
    for (const int longest_chain : {8, tree}) {
      PositionPieces pieces(layout, 1, longest_chain);
      for (const std::size_t size : {1U, 10U, 400U, 100000U}) {
        std::vector<double> positions = numbers_of_root(3 * size);
        for (std::size_t begin = 0; begin < 3 * size; begin += size) {
          pieces.start(positions, begin, begin + size);
        }
        pieces.finish();
        EXPECT_FALSE(pieces.is_under_way());
        if (layout.is_leader()) {
          EXPECT_EQ(positions, numbers(3 * size)) << "to " << nodes << " nodes";
        }
      }
    }
  }
}

TEST(PositionPieces, TheRootSendsEachOnceOrTwiceDownATree) {
  const Communicator world = Communicator::world();
  const NodeLayout nodes(world, world.size());
  for (const int longest_chain : {8, tree}) {
    PositionPieces pieces(nodes, 100, longest_chain);
    std::vector<double> positions = numbers_of_root(1000);
    numbers_sent = 0;
    for (const std::size_t begin : {0U, 100U, 250U}) pieces.start(positions, begin, begin + 150);
    pieces.finish();
    const std::size_t most = longest_chain == tree ? 2 : 1;
    const auto others = static_cast<std::size_t>(world.size() - 1);
    if (world.is_root()) {
      EXPECT_EQ(numbers_sent, 450 * std::min(most, others));
    }
    std::vector<std::int64_t> all{static_cast<std::int64_t>(numbers_sent)};
    world.sum(all);
    EXPECT_EQ(all[0], 450 * (world.size() - 1)) << "none gets a number twice";
  }
}

TEST(PositionPieces, AreUnderWayUntilTheyHaveBeenPassedOn) {
  const Communicator world = Communicator::world();
  const NodeLayout nodes(world, world.size());
  PositionPieces pieces(nodes, 1);
  std::vector<double> positions = numbers_of_root(10);
  EXPECT_FALSE(pieces.is_under_way());
  if (world.is_root()) world.barrier();
  pieces.start(positions, 0, 10);
  if (!world.is_root()) {
    EXPECT_TRUE(pieces.is_under_way());
    world.barrier();
  }
  pieces.finish();
  EXPECT_FALSE(pieces.is_under_way());
  EXPECT_EQ(positions, numbers(10));
}

TEST(PositionPieces, TheRootDoesNotWaitForThoseWhoAreNotAsked) {
  // As when the server begins another request, of which the others do not know yet.
  const Communicator world = Communicator::world();
  const NodeLayout nodes(world, world.size());
  for (const int longest_chain : {8, tree}) {
    PositionPieces pieces(nodes, 1, longest_chain);
    std::vector<double> positions = numbers_of_root(200000);
    for (const std::size_t begin : {0U, 100000U}) pieces.start(positions, begin, begin + 100000);
    if (!world.is_root()) world.barrier();
    pieces.finish();
    if (world.is_root()) world.barrier();
    EXPECT_EQ(positions, numbers(200000));
  }
}

TEST(PositionPieces, WaitForARankThatTakesItsTime) {
  const Communicator world = Communicator::world();
  const NodeLayout nodes(world, world.size());
  PositionPieces pieces(nodes, 1);
  for (int late = 0; late < world.size(); ++late) {
    std::vector<double> positions = numbers_of_root(30000);
    if (world.rank() == late) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    for (const std::size_t begin : {0U, 10000U}) pieces.start(positions, begin, begin + 10000);
    if (world.rank() == late) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    pieces.start(positions, 20000, 30000);
    pieces.finish();
    EXPECT_EQ(positions, numbers(30000));
  }
}

TEST(PositionPieces, BringARestOfAnyLength) {
  const Communicator world = Communicator::world();
  const NodeLayout nodes(world, world.size());
  for (const int longest_chain : {8, tree}) {
    PositionPieces pieces(nodes, 100, longest_chain);
    for (const std::size_t rest : {0U, 1U, 100U, 101U, 200U, 950U}) {
      std::vector<double> positions = numbers_of_root(50 + rest);
      pieces.start(positions, 0, 50);
      pieces.finish();
      numbers_sent = 0;
      pieces.bring(std::span(positions).subspan(50));
      EXPECT_EQ(positions, numbers(50 + rest));
      const std::size_t most = longest_chain == tree ? 2 : 1;
      if (world.is_root() && rest > 100) {
        EXPECT_EQ(numbers_sent, rest * std::min(most, static_cast<std::size_t>(world.size() - 1)));
      }
    }
  }
}

}  // namespace
}  // namespace forcewire
