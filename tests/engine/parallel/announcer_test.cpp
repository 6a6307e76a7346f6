#include "engine/parallel/announcer.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <thread>

#include "engine/parallel/node_layout.hpp"

namespace forcewire {
namespace {

using Clock = std::chrono::steady_clock;

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// How often this process went to sleep.
long sleeps() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_nvcsw;
}

/// What a wait cost this rank.
struct Wait {
  double processor_seconds;
  long sleeps;
};

Wait wait_for_half_a_second(int nodes, Idle idle) {
  const Communicator world = Communicator::world();
  const NodeLayout layout(world, nodes);
  Announcer announcer(world, layout.node(), idle);
  world.barrier();
  const double seconds_before = processor_seconds();
  const long sleeps_before = sleeps();
  std::array<std::byte, 4> order{};
  if (world.is_root()) std::this_thread::sleep_for(std::chrono::milliseconds(500));
  announcer.announce(order);
  return {processor_seconds() - seconds_before, sleeps() - sleeps_before};
}

class EachWayToWait : public testing::TestWithParam<Idle> {};
INSTANTIATE_TEST_SUITE_P(Announcer, EachWayToWait,
                         testing::Values(Idle::spin, Idle::automatic, Idle::sleep));

TEST_P(EachWayToWait, BringsEachOrderToAllRanks) {
  const Communicator world = Communicator::world();
  const auto start = Clock::now();
  // Three nodes: leaders without anybody to wake them, and ranks that get their order from one of
  // another node.
  for (const int nodes : {1, 2, 3}) {
    if (nodes > world.size()) break;
    const NodeLayout layout(world, nodes);
    Announcer announcer(world, layout.node(), GetParam());
    // More ranks than cores get in each other's way when they spin.
    const int orders = GetParam() == Idle::spin ? 20 : 200;
    for (int i = 0; i < orders; ++i) {
      // Some come while all still spin, some when all sleep.
      if (world.is_root() && i % 50 == 49) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
      std::array<std::byte, 100> order{};
      if (world.is_root()) order.fill(static_cast<std::byte>(i + 1));
      announcer.announce(order);
      ASSERT_EQ(order.front(), static_cast<std::byte>(i + 1));
      ASSERT_EQ(order.back(), static_cast<std::byte>(i + 1));
    }
  }
  // Who falls asleep after the bell was rung sleeps for a tenth of a second.
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(15));
}

TEST(Announcer, LetsTheRanksOfANodeSleepUntilItRings) {
  for (const Idle idle : {Idle::automatic, Idle::sleep}) {
    const Wait wait = wait_for_half_a_second(1, idle);
    EXPECT_LT(wait.processor_seconds, 0.1);
    EXPECT_LT(wait.sleeps, 100) << "each would take the core from who computes";
  }
}

TEST(Announcer, LetsTheLeadersOfOtherNodesSleepMostOfTheTime) {
  const int nodes = std::min(2, Communicator::world().size());
  for (const Idle idle : {Idle::automatic, Idle::sleep}) {
    EXPECT_LT(wait_for_half_a_second(nodes, idle).processor_seconds, 0.1);
  }
}

TEST(Announcer, LetsNobodySleepWhoIsToSpin) {
  const Communicator world = Communicator::world();
  if (world.size() == 1) GTEST_SKIP() << "nobody waits";
  for (const int nodes : {1, 2}) {
    double seconds = wait_for_half_a_second(nodes, Idle::spin).processor_seconds;
    world.sum({&seconds, 1});  // of all: they share the cores, with others too
    EXPECT_GT(seconds, 0.05);
  }
}

TEST(Doorbell, WakesAtOnceAndIsNotMissed) {
  const Communicator world = Communicator::world();
  const Communicator node = world.split_by_node();
  const Doorbell bell(node);
  ASSERT_TRUE(bell.exists());
  const std::uint32_t heard = bell.rings();
  world.barrier();
  if (node.is_root()) bell.ring();
  // Rung before or after we fall asleep: both must be heard.
  const auto start = Clock::now();
  while (bell.rings() == heard) bell.sleep(heard, std::chrono::seconds(20));
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(15));
  EXPECT_EQ(bell.rings(), heard + 1);
  world.barrier();
}

TEST(Doorbell, SleepsNoLongerThanAllowed) {
  const Communicator world = Communicator::world();
  const Doorbell bell(world.split_by_node());
  const auto start = Clock::now();
  bell.sleep(bell.rings(), std::chrono::milliseconds(20));
  EXPECT_GE(Clock::now() - start, std::chrono::milliseconds(10));
}

}  // namespace
}  // namespace forcewire
