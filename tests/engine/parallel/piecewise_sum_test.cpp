#include "engine/parallel/piecewise_sum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace forcewire {
namespace {

constexpr std::size_t sizes[] = {0, 1, 5, 6, 7, 100, 1000};
constexpr std::size_t pieces[] = {1, 7, 99, 100, 101, 5000};

/// What a rank adds to number `i`; sums of these are exact.
double number(int rank, std::size_t i) { return static_cast<double>(i) + 10000.0 * rank; }

std::vector<double> numbers(int rank, std::size_t count) {
  std::vector<double> result(count);
  for (std::size_t i = 0; i < count; ++i) result[i] = number(rank, i);
  return result;
}

std::vector<double> sums(int ranks, std::size_t count) {
  std::vector<double> result(count);
  for (int rank = 0; rank < ranks; ++rank) {
    for (std::size_t i = 0; i < count; ++i) result[i] += number(rank, i);
  }
  return result;
}

TEST(PiecewiseSum, OfNothingIsThere) {
  PiecewiseSum sum(3);
  EXPECT_EQ(sum.wait_for(7), 0U);
  sum.finish();
}

TEST(PiecewiseSum, ComesToTheRootInOrder) {
  const Communicator world = Communicator::world();
  for (const std::size_t size : sizes) {
    for (const std::size_t piece : pieces) {
      std::vector<double> data = numbers(world.rank(), size);
      const std::vector<double> expected = sums(world.size(), size);
      PiecewiseSum sum(piece);
      sum.begin(world, data);
      if (!world.is_root()) {
        sum.finish();
        continue;
      }
      for (std::size_t there = 0; there < size;) {
        const std::size_t next = sum.wait_for(there + 1);
        ASSERT_GT(next, there);
        ASSERT_LE(next, size);
        there = next;
        ASSERT_TRUE(std::equal(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(there),
                               expected.begin()))
            << there << " of " << size << " in pieces of " << piece;
      }
      EXPECT_EQ(sum.wait_for(size + 1), size) << "there are no more";
    }
  }
}

TEST(PiecewiseSum, OfAFewNumbersIsThereAtOnce) {
  const Communicator world = Communicator::world();
  std::vector<double> data = numbers(world.rank(), 100);
  PiecewiseSum sum(100);
  sum.begin(world, data);
  EXPECT_EQ(sum.wait_for(0), 100U);
  if (world.is_root()) {
    EXPECT_EQ(data, sums(world.size(), 100));
  }
}

TEST(PiecewiseSum, IsNotThereBeforeTheOthersAre) {
  const Communicator world = Communicator::world();
  if (world.size() == 1) return;
  std::vector<double> data = numbers(world.rank(), 100);
  PiecewiseSum sum(10);
  if (!world.is_root()) {
    world.barrier();
    sum.begin(world, data);
    sum.finish();
    return;
  }
  sum.begin(world, data);
  EXPECT_EQ(sum.wait_for(0), 0U);
  world.barrier();
  EXPECT_GE(sum.wait_for(15), 20U) << "whole pieces";
  sum.finish();
  EXPECT_EQ(data, sums(world.size(), 100));
}

TEST(PiecewiseSum, ComesThroughATreeWhenThereAreMany) {
  const Communicator world = Communicator::world();
  constexpr int longest_chain = 1;
  std::vector<double> data = numbers(world.rank(), 1000);
  PiecewiseSum sum(99, longest_chain);
  sum.begin(world, data);
  sum.finish();
  if (world.is_root()) {
    EXPECT_EQ(data, sums(world.size(), 1000));
  }
}

TEST(PiecewiseSum, WaitsForARootThatTakesItsTime) {
  const Communicator world = Communicator::world();
  std::vector<double> data = numbers(world.rank(), 10000);
  PiecewiseSum sum(100);
  sum.begin(world, data);
  if (world.is_root()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  sum.finish();
  if (world.is_root()) {
    EXPECT_EQ(data, sums(world.size(), 10000));
  }
}

TEST(PiecewiseSum, FollowsAnother) {
  const Communicator world = Communicator::world();
  PiecewiseSum sum(64);
  std::vector<double> data;
  for (const std::size_t size : {1000U, 70U, 64U, 500U, 640U}) {
    data = numbers(world.rank(), size);
    sum.begin(world, data);
    sum.finish();
    world.broadcast(data);
    EXPECT_EQ(data, sums(world.size(), size));
  }
}

TEST(PiecewiseSum, OverOtherRanksFollowsOneOverAll) {
  const Communicator world = Communicator::world();
  const Communicator pairs = world.split(world.rank() / 2);
  PiecewiseSum sum(16, 2);
  for (int again = 0; again < 3; ++again) {
    std::vector<double> data = numbers(world.rank(), 100);
    sum.begin(world, data);
    sum.finish();
    if (world.is_root()) {
      EXPECT_EQ(data, sums(world.size(), 100));
    }
    data = numbers(pairs.rank(), 150);
    sum.begin(pairs, data);
    sum.finish();
    if (pairs.is_root()) {
      EXPECT_EQ(data, sums(pairs.size(), 150));
    }
  }
}

TEST(PiecewiseSum, KeepsItsBuffersFromOneToTheNext) {
  const Communicator world = Communicator::world();
  PiecewiseSum sum(64);
  std::vector<double> data = numbers(world.rank(), 1000);
  sum.begin(world, data);
  sum.finish();
  const std::size_t bytes = sum.bytes();
  const bool is_last = world.rank() == world.size() - 1;  // who gets nothing from anybody
  EXPECT_EQ(bytes, is_last ? 0 : 4 * 64 * sizeof(double));
  for (int again = 0; again < 3; ++again) {
    sum.begin(world, data);
    sum.finish();
    EXPECT_EQ(sum.bytes(), bytes);
  }
}

}  // namespace
}  // namespace forcewire
