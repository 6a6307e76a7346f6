#include "apps/forcewire/stop_conditions.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace forcewire {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// Is it true before long?
template <class Condition>
bool soon(Condition condition) {
  for (const auto end = Clock::now() + 2s; Clock::now() < end;) {
    if (condition()) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

TEST(StopConditions, NoneNever) {
  StopConditions stop(Clock::now() - 24h, std::nullopt, std::nullopt);
  EXPECT_FALSE(stop.requested());
  EXPECT_EQ(stop.reason(), "");
  EXPECT_FALSE(stop.is_ours_alone());
}

TEST(StopConditions, Age) {
  StopConditions young(Clock::now(), 1h, std::nullopt);
  EXPECT_FALSE(young.requested());
  StopConditions old(Clock::now() - 91s, 90500ms, std::nullopt);
  EXPECT_TRUE(old.requested());
  EXPECT_EQ(old.reason(), "--max-seconds 90.5");
  EXPECT_TRUE(old.is_ours_alone());
  StopConditions newborn(Clock::now(), 0s, std::nullopt);
  EXPECT_TRUE(newborn.requested());
}

TEST(StopConditions, StopFileThatAppearsAndStaysInForceWhenItGoes) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("forcewire_stop_conditions_test_" + std::to_string(::getpid()));
  StopConditions stop(Clock::now(), std::nullopt, path, [] { return ""; });
  EXPECT_FALSE(stop.requested());
  std::ofstream(path).close();
  EXPECT_TRUE(soon([&] { return stop.requested(); }));
  EXPECT_EQ(stop.reason(), "stop file " + path.string());
  std::filesystem::remove(path);
  EXPECT_TRUE(stop.requested());
  EXPECT_TRUE(stop.is_ours_alone());
}

TEST(StopConditions, WhatElseTheProgramHasInMind) {
  std::string reason;
  StopConditions stop(Clock::now(), std::nullopt, std::nullopt, [&] { return reason; });
  EXPECT_FALSE(stop.requested());
  reason = "group 2 failed (--fail-fast)";
  EXPECT_TRUE(stop.requested());
  reason = "";
  EXPECT_TRUE(stop.requested());
  EXPECT_EQ(stop.reason(), "group 2 failed (--fail-fast)");
  EXPECT_TRUE(stop.is_ours_alone());
}

// A signal cannot be taken back: each in a process of its own.
class StopSignal : public ::testing::TestWithParam<std::pair<int, const char*>> {};

TEST_P(StopSignal, AsksToLeaveAndDoesNotKill) {
  const auto [number, name] = GetParam();
  EXPECT_EXIT(
      {
        install_stop_signals();
        StopConditions stop(Clock::now(), std::nullopt, std::nullopt);
        const bool before = stop.requested();
        raise(number);
        const bool after = stop.requested() && stop.reason() == name && !stop.is_ours_alone();
        _exit(!before && after ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST(StopSignal, MayComeAfterAnotherReasonAndBeTheServersToo) {
  EXPECT_EXIT(
      {
        install_stop_signals();
        StopConditions stop(Clock::now(), 0s, std::nullopt);
        const bool before = stop.requested() && stop.is_ours_alone();
        raise(SIGTERM);
        _exit(before && stop.reason() == "--max-seconds 0" && !stop.is_ours_alone() ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

INSTANTIATE_TEST_SUITE_P(All, StopSignal,
                         ::testing::Values(std::pair{SIGTERM, "SIGTERM"},
                                           std::pair{SIGINT, "SIGINT"},
                                           std::pair{SIGUSR1, "SIGUSR1"}));

TEST(StopSignal, SecondSigintKillsButSecondSigtermDoesNot) {
  const auto twice = [](int number) {
    install_stop_signals();
    raise(number);
    raise(number);
    _exit(0);
  };
  EXPECT_EXIT(twice(SIGINT), ::testing::KilledBySignal(SIGINT), "");
  EXPECT_EXIT(twice(SIGTERM), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace forcewire
