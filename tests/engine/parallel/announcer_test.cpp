#include "engine/parallel/announcer.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

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

TEST(Announcer, BringsEachOrderToAllRanks) {
  const Communicator world = Communicator::world();
  // Three nodes: leaders without anybody to wake them, and ranks that get their order from one of
  // another node.
  for (const int nodes : {1, 2, 3}) {
    if (nodes > world.size()) break;
    const NodeLayout layout(world, nodes);
    Announcer announcer(world, layout.node());
    for (int i = 0; i < 200; ++i) {
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
}

TEST(Announcer, LetsTheRanksOfANodeSleepUntilItRings) {
  const Communicator world = Communicator::world();
  const NodeLayout layout(world, 1);
  Announcer announcer(world, layout.node());
  world.barrier();
  const double seconds = processor_seconds();
  const long sleeps_before = sleeps();
  std::array<std::byte, 4> order{};
  if (world.is_root()) std::this_thread::sleep_for(std::chrono::milliseconds(500));
  announcer.announce(order);
  EXPECT_LT(processor_seconds() - seconds, 0.15) << "of a wait of half a second";
  EXPECT_LT(sleeps() - sleeps_before, 100) << "each would take the core from who computes";
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
