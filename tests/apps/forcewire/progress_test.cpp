#include "apps/forcewire/progress.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace forcewire {
namespace {

using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

class ProgressTest : public testing::Test {
 protected:
  ProgressTest() {
    progress_.begin(start_);
    run_.connect(start_);
  }

  /// The line at a request that is answered so long after the start, which took half of the time
  /// since the one before to compute.
  std::optional<std::string> answered(nanoseconds time) {
    run_.evaluate(108);
    session_.waiting += (time - last_) / 4;
    evaluator_.forces += (time - last_) / 2;
    last_ = time;
    run_.answer(session_, evaluator_, start_ + time);
    return progress_.answered(run_, 108, -1.25, start_ + time);
  }

  /// The seconds, rounded, of the lines of a run whose requests come at this pace.
  std::vector<int> lines_of_run(nanoseconds pace, nanoseconds end) {
    std::vector<int> seconds;
    for (nanoseconds time = pace; time <= end; time += pace) {
      if (answered(time)) {
        seconds.push_back(static_cast<int>(std::chrono::round<std::chrono::seconds>(time).count()));
      }
    }
    return seconds;
  }

 private:
  const RunStatistics::Clock::time_point start_{1000h};
  nanoseconds last_{};
  Progress progress_;
  RunStatistics run_;
  SessionTimes session_;
  EvaluatorStatistics evaluator_;
};

TEST_F(ProgressTest, FastRequestsAreShownAtAHumanRhythm) {
  EXPECT_THAT(lines_of_run(3ms, 200s), ElementsAre(1, 2, 5, 10, 20, 30, 60, 120, 180));
}

TEST_F(ProgressTest, SlowRequestsAreAllShown) {
  EXPECT_THAT(lines_of_run(1600ms, 9s), ElementsAre(2, 3, 5, 6, 8));
}

TEST_F(ProgressTest, SlowOnesAmongFastOnesAreShown) {
  EXPECT_FALSE(answered(10ms));
  EXPECT_FALSE(answered(500ms));
  EXPECT_TRUE(answered(1500ms));
  EXPECT_FALSE(answered(1510ms));
  EXPECT_TRUE(answered(2100ms)) << "a mark";
  EXPECT_TRUE(answered(4500ms));
  EXPECT_FALSE(answered(4600ms));
  EXPECT_TRUE(answered(5100ms)) << "a mark";
}

TEST_F(ProgressTest, ALineTellsOfTheTimeSinceTheOneBefore) {
  for (int i = 1; i < 100; ++i) EXPECT_FALSE(answered(i * 10ms));
  const auto first = answered(1s);
  ASSERT_TRUE(first);
  EXPECT_THAT(*first, HasSubstr("requests"));
  EXPECT_THAT(*first, ContainsRegex("\n +1 +100 +100 +108 +-1.25 +10 +2.5 +0 +0 +5 +2.5\n"));
  for (int i = 1; i < 10; ++i) EXPECT_FALSE(answered(1s + i * 100ms));
  const auto second = answered(2s);
  ASSERT_TRUE(second);
  EXPECT_THAT(*second, ContainsRegex("^ +2 +110 +10 +108 +-1.25 +100 +25 +0 +0 +50 +25\n"));
  EXPECT_THAT(*second, Not(HasSubstr("requests")));
}

}  // namespace
}  // namespace forcewire
