#include "engine/parallel/doze.hpp"

#include <gtest/gtest.h>

namespace forcewire {
namespace {

using namespace std::chrono_literals;

TEST(Nap, GetsLongerStepByStep) {
  EXPECT_EQ(nap(0s), 10us);
  EXPECT_EQ(nap(8ms), 500us);
  EXPECT_EQ(nap(100ms), 1ms);
  EXPECT_EQ(nap(512ms), 2ms);
  EXPECT_EQ(nap(2s), 4ms);
  EXPECT_EQ(nap(5120ms), 10ms);
  EXPECT_EQ(nap(24h), 20ms);
}

TEST(DozeUntil, LooksUntilItIsOver) {
  int looks = 0;
  EXPECT_TRUE(doze_until([&] { return ++looks == 5; }));
  EXPECT_EQ(looks, 5);
}

TEST(DozeUntil, WaitsNoLongerThanItsLimit) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(doze_until([] { return false; }, 5ms));
  EXPECT_GE(std::chrono::steady_clock::now() - start, 5ms);
  EXPECT_TRUE(doze_until([] { return true; }, 0ms)) << "it has a look first";
}

}  // namespace
}  // namespace forcewire
