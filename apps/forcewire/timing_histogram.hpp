#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace forcewire {

/// How often a time was how long: percentiles of millions of times in 15 kB, which do not grow.
///
/// Bins are a 32nd of their octave wide: [32, 33) ns, ..., [63, 64) ns, [64, 66) ns, and so on, as
/// far as nanoseconds go; below 32 ns, one nanosecond. So a percentile, which is the middle of a
/// bin, is right to 1.6 %. Number, sum and extremes are exact.
class TimingHistogram {
 public:
  /// Where a percentile may be wrong by, as a part of it.
  static constexpr double resolution = 1.0 / 64;

  struct Bin {
    std::chrono::nanoseconds begin;
    std::chrono::nanoseconds end;  // not in it
    std::int64_t count;
  };

  TimingHistogram();

  /// A time below zero counts as zero.
  void add(std::chrono::nanoseconds time);

  std::int64_t count() const { return count_; }
  std::chrono::nanoseconds sum() const { return sum_; }
  // Of no times: zero.
  std::chrono::nanoseconds min() const { return min_; }
  std::chrono::nanoseconds max() const { return max_; }

  /// The time that is not exceeded by `part` of all times, 0 to 1; of no times: zero.
  std::chrono::nanoseconds quantile(double part) const;

  /// The bins that are not empty, from short to long.
  std::vector<Bin> bins() const;

 private:
  std::vector<std::int64_t> counts_;
  std::int64_t count_ = 0;
  std::chrono::nanoseconds sum_{};
  std::chrono::nanoseconds min_{};
  std::chrono::nanoseconds max_{};
};

}  // namespace forcewire
