#include "apps/forcewire/timing_histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace forcewire {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

TEST(TimingHistogram, OfNothingIsZero) {
  const TimingHistogram histogram;
  EXPECT_EQ(histogram.count(), 0);
  EXPECT_EQ(histogram.min(), 0ns);
  EXPECT_EQ(histogram.max(), 0ns);
  EXPECT_EQ(histogram.quantile(0.5), 0ns);
  EXPECT_TRUE(histogram.bins().empty());
}

TEST(TimingHistogram, OfOneTimeIsThatTime) {
  for (const nanoseconds time : {0ns, 1ns, 63ns, 64ns, 12345678ns, nanoseconds(300h)}) {
    TimingHistogram histogram;
    histogram.add(time);
    for (const double part : {0.0, 0.1, 0.5, 1.0}) EXPECT_EQ(histogram.quantile(part), time);
    EXPECT_EQ(histogram.sum(), time);
  }
}

TEST(TimingHistogram, EveryTimeIsInItsBin) {
  std::int64_t time = 0;
  while (time < nanoseconds::max().count() / 9 * 8) {
    for (const std::int64_t near : {time, time + 1, nanoseconds::max().count() - time}) {
      TimingHistogram histogram;
      histogram.add(nanoseconds(near));
      const auto bins = histogram.bins();
      ASSERT_EQ(bins.size(), 1U);
      EXPECT_LE(bins[0].begin.count(), near);
      // Behind the last bin there are no more nanoseconds.
      EXPECT_TRUE(near < bins[0].end.count() || bins[0].end == nanoseconds::max());
      EXPECT_LE(bins[0].end - bins[0].begin, std::max(1ns, bins[0].begin / 32));
    }
    time += time / 9 + 1;
  }
}

TEST(TimingHistogram, BinsFollowOneAnother) {
  TimingHistogram histogram;
  for (std::int64_t time = 0; time < 3000; ++time) histogram.add(nanoseconds(time));
  const auto bins = histogram.bins();
  std::int64_t count = 0;
  for (std::size_t i = 0; i < bins.size(); ++i) {
    EXPECT_EQ(bins[i].begin, i == 0 ? 0ns : bins[i - 1].end);
    EXPECT_EQ(bins[i].count,
              std::min((bins[i].end - bins[i].begin).count(), 3000 - bins[i].begin.count()));
    count += bins[i].count;
  }
  EXPECT_EQ(count, histogram.count());
}

TEST(TimingHistogram, PercentilesAreThoseOfTheSortedTimesToItsResolution) {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> distribution(std::log(1e5), 2.0);
  std::vector<std::int64_t> times(20001);
  TimingHistogram histogram;
  std::int64_t sum = 0;
  for (std::int64_t& time : times) {
    time = static_cast<std::int64_t>(distribution(random));
    histogram.add(nanoseconds(time));
    sum += time;
  }
  std::ranges::sort(times);
  EXPECT_EQ(histogram.sum().count(), sum);
  EXPECT_EQ(histogram.min().count(), times.front());
  EXPECT_EQ(histogram.max().count(), times.back());
  nanoseconds before = histogram.min();
  for (int percent = 1; percent < 100; ++percent) {
    const double part = 0.01 * percent;
    const auto rank = static_cast<std::size_t>(std::ceil(part * 20001.0)) - 1;
    const auto exact = static_cast<double>(times[rank]);
    const nanoseconds found = histogram.quantile(part);
    EXPECT_NEAR(static_cast<double>(found.count()) / exact, 1,
                TimingHistogram::resolution + 1 / exact)
        << part;
    EXPECT_LE(before, found);
    before = found;
  }
  EXPECT_LE(before, histogram.max());
}

TEST(TimingHistogram, AClockThatGoesBackIsNoTime) {
  TimingHistogram histogram;
  histogram.add(-5ns);
  EXPECT_EQ(histogram.min(), 0ns);
  EXPECT_EQ(histogram.sum(), 0ns);
}

}  // namespace
}  // namespace forcewire
