#include "apps/forcewire/run_statistics.hpp"

#include <gtest/gtest.h>

namespace forcewire {
namespace {

using namespace std::chrono_literals;

/// A run whose clocks the test sets.
class RunStatisticsTest : public testing::Test {
 protected:
  RunStatistics::Clock::time_point at(std::chrono::nanoseconds time) const { return start_ + time; }

  RunStatistics run_;
  SessionTimes session_;
  EvaluatorStatistics evaluator_;

 private:
  RunStatistics::Clock::time_point start_{1000h};
};

TEST_F(RunStatisticsTest, ARequestIsWhatItAddsToTheTimes) {
  run_.connect(at(0s));
  run_.evaluate(100);
  session_ = {.waiting = 10ms, .receiving = 3ms, .sending = 2ms};
  evaluator_.forces = 40ms;
  evaluator_.sharing = 1ms;
  run_.answer(session_, evaluator_, at(60ms));
  run_.evaluate(300);
  session_.waiting += 5ms;
  session_.sending += 4ms;
  evaluator_.forces += 20ms;
  run_.answer(session_, evaluator_, at(90ms));

  EXPECT_EQ(run_.requests(), 2);
  EXPECT_EQ(run_.atoms(), 400);
  EXPECT_EQ(run_.fewest_atoms(), 100);
  EXPECT_EQ(run_.most_atoms(), 300);
  EXPECT_EQ(run_.part(TimeSplit::waiting).max(), 10ms);
  EXPECT_EQ(run_.part(TimeSplit::waiting).min(), 5ms);
  EXPECT_EQ(run_.part(TimeSplit::receiving).min(), 0ms);
  EXPECT_EQ(run_.part(TimeSplit::sending).sum(), 6ms);
  EXPECT_EQ(run_.part(TimeSplit::forces).max(), 40ms);
  EXPECT_EQ(run_.part(TimeSplit::other).max(), 4ms);
  EXPECT_EQ(run_.round_trips().max(), 50ms);
  EXPECT_EQ(run_.round_trips().min(), 25ms);
  EXPECT_EQ(run_.time().whole(), 90ms);
  EXPECT_EQ(run_.time()[TimeSplit::other], 5ms);
}

TEST_F(RunStatisticsTest, SessionsAddUpAndTheTimeBetweenThemIsNobodys) {
  run_.connect(at(0s));
  run_.evaluate(1);
  session_ = {.waiting = 1ms, .receiving = 1ms, .sending = 1ms};
  evaluator_.forces = 7ms;
  run_.answer(session_, evaluator_, at(10ms));
  session_.waiting = 30ms;  // in vain
  run_.disconnect(session_, evaluator_, at(40ms));
  EXPECT_EQ(run_.time().whole(), 40ms);

  run_.connect(at(5s));  // somebody who never says a word
  run_.connect(at(10s));
  run_.evaluate(1);
  session_ = {.waiting = 2ms, .receiving = 1ms, .sending = 1ms};
  evaluator_.forces += 5ms;
  run_.answer(session_, evaluator_, at(10s + 9ms));
  run_.disconnect(session_, evaluator_, at(10s + 20ms));

  EXPECT_EQ(run_.sessions(), 2);
  EXPECT_EQ(run_.time().whole(), 60ms);
  EXPECT_EQ(run_.time()[TimeSplit::waiting], 32ms);
  EXPECT_EQ(run_.time()[TimeSplit::forces], 12ms);
  EXPECT_EQ(run_.part(TimeSplit::waiting).max(), 2ms);
  EXPECT_EQ(run_.round_trips().count(), 2);
  EXPECT_EQ(run_.round_trips().min(), 7ms);
  EXPECT_EQ(run_.round_trips().max(), 9ms);
}

}  // namespace
}  // namespace forcewire
