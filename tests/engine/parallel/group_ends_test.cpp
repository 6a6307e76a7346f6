#include "engine/parallel/group_ends.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <optional>
#include <thread>
#include <vector>

namespace forcewire {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// Groups that are not runs of ranks: 0 1 1 2 2 3 3, and 0 1 0 1 0 1 0.
std::vector<int> numbers_of_own_group(int rank) { return {(rank + 1) / 2, rank % 2}; }

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

TEST(GroupEnds, AllRanksLearnTheStatusOfEachGroup) {
  const Communicator world = Communicator::world();
  for (const int group : numbers_of_own_group(world.rank())) {
    for (const bool in_haste : {false, true}) {
      const int groups = world.max(group) + 1;
      GroupEnds ends(world, group, in_haste);
      std::vector<int> expected(static_cast<std::size_t>(groups), 0);
      if (groups > 1) expected[1] = 4;
      expected.back() = groups > 2 ? 70 : expected.back();
      const int status = expected[static_cast<std::size_t>(group)];
      EXPECT_EQ(ends.wait_for_all(status), expected);
    }
  }
}

TEST(GroupEnds, WhoIsInHasteHearsOfAFailureBeforeAllHaveEnded) {
  const Communicator world = Communicator::world();
  if (world.size() == 1) GTEST_SKIP() << "one group";
  GroupEnds ends(world, world.rank(), true);
  EXPECT_EQ(ends.failed(), std::nullopt);
  world.barrier();  // nobody has failed before all have looked
  const int failing = world.size() - 1;
  if (world.rank() != failing) {
    const auto start = Clock::now();
    while (!ends.failed() && Clock::now() - start < 10s) std::this_thread::sleep_for(1ms);
    EXPECT_EQ(ends.failed(), failing);
  }
  const std::vector<int> statuses = ends.wait_for_all(world.rank() == failing ? 6 : 0);
  EXPECT_EQ(statuses.back(), 6);
}

TEST(GroupEnds, WhoIsNotInHasteDoesNotHearOfIt) {
  const Communicator world = Communicator::world();
  if (world.size() == 1) GTEST_SKIP() << "one group";
  GroupEnds ends(world, world.rank(), false);
  std::optional<int> heard;
  if (world.rank() == 0) {
    for (int i = 0; i < 30; ++i) {
      if (const auto failed = ends.failed()) heard = failed;
      std::this_thread::sleep_for(5ms);
    }
  }
  EXPECT_EQ(heard, std::nullopt);
  EXPECT_EQ(ends.wait_for_all(world.rank() == 0 ? 0 : 3).back(), 3);
}

TEST(GroupEnds, ToAskIsCheap) {
  const Communicator world = Communicator::world();
  GroupEnds ends(world, world.rank(), true);
  world.barrier();
  const double before = processor_seconds();
  for (int i = 0; i < 100'000; ++i) ends.failed();
  EXPECT_LT(processor_seconds() - before, 0.1) << "a microsecond each";
  ends.wait_for_all(0);
}

TEST(GroupEnds, ToWaitTakesNextToNothing) {
  const Communicator world = Communicator::world();
  GroupEnds ends(world, world.rank(), true);
  world.barrier();
  const double before = processor_seconds();
  if (world.is_root()) std::this_thread::sleep_for(800ms);
  ends.wait_for_all(0);
  EXPECT_LT(processor_seconds() - before, 0.05);
}

}  // namespace
}  // namespace forcewire
