#include "engine/parallel/shared_array.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "engine/potentials/errors.hpp"

namespace forcewire {
namespace {

using ::testing::StartsWith;

TEST(SharedArray, IsOneMemoryForAllRanks) {
  const Communicator node = Communicator::world().split_by_node();
  const std::size_t per_rank = 1000;
  const SharedArray<double> array(node, per_rank * static_cast<std::size_t>(node.size()));
  ASSERT_EQ(array.data().size(), per_rank * static_cast<std::size_t>(node.size()));

  const auto value = [](std::size_t at, int round) {
    return static_cast<double>(at) + 0.5 * round;
  };
  for (int round = 0; round < 3; ++round) {
    const std::size_t begin = per_rank * static_cast<std::size_t>(node.rank());
    for (std::size_t at = begin; at < begin + per_rank; ++at) array.data()[at] = value(at, round);
    array.sync();
    node.barrier();
    array.sync();
    std::size_t wrong = 0;
    for (std::size_t at = 0; at < array.data().size(); ++at) {
      if (array.data()[at] != value(at, round)) ++wrong;
    }
    EXPECT_EQ(wrong, 0U);
    node.barrier();
  }
}

TEST(SharedArray, MovesAndReplaces) {
  const Communicator node = Communicator::world().split_by_node();
  SharedArray<double> first(node, 10);
  double* const begin = first.data().data();
  SharedArray<double> second = std::move(first);
  EXPECT_EQ(second.data().data(), begin);
  EXPECT_TRUE(first.data().empty());
  second = SharedArray<double>(node, 20);
  EXPECT_EQ(second.data().size(), 20U);
  second = SharedArray<double>();
  EXPECT_TRUE(second.data().empty());
}

TEST(SharedArray, MayBeEmpty) {
  const Communicator node = Communicator::world().split_by_node();
  const SharedArray<double> array(node, 0);
  EXPECT_TRUE(array.data().empty());
}

TEST(SharedArray, FailsOnAllRanksWhenThereIsNoMemory) {
  const Communicator node = Communicator::world().split_by_node();
  const std::size_t petabyte = std::size_t{1} << 50;
  try {
    const SharedArray<double> array(node, petabyte / sizeof(double));
    FAIL() << "a petabyte was granted";
  } catch (const PotentialFailure& error) {
    EXPECT_EQ(error.kind(), PotentialFailure::Kind::memory);
    EXPECT_THAT(error.what(), StartsWith("cannot share 1073741824 MiB of memory: "));
  }
  const SharedArray<double> next(node, 10);
  EXPECT_EQ(next.data().size(), 10U);
}

}  // namespace
}  // namespace forcewire
