#include "apps/forcewire/timing_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

namespace forcewire {

namespace {

using std::chrono::nanoseconds;

// A time of `digits` binary digits, more than six, is known by the first six of them. They are 32
// to 63: the bins of each octave follow on those of the octave below.
constexpr int known_digits = 6;
constexpr std::size_t bins_of_octave = std::size_t{1} << (known_digits - 1);
constexpr int longest = 63;  // digits
constexpr std::size_t bin_count = bins_of_octave * (longest - known_digits + 2);

int unknown_digits(std::uint64_t time) {
  return std::max(static_cast<int>(std::bit_width(time)) - known_digits, 0);
}

std::size_t bin_of(std::uint64_t time) {
  const int unknown = unknown_digits(time);
  return bins_of_octave * static_cast<std::size_t>(unknown) +
         static_cast<std::size_t>(time >> unknown);
}

/// The least time in a bin. Behind the last bin: one more than the longest time.
std::uint64_t begin_of(std::size_t bin) {
  if (bin < 2 * bins_of_octave) return bin;
  const std::size_t unknown = bin / bins_of_octave - 1;
  return static_cast<std::uint64_t>(bin - bins_of_octave * unknown) << unknown;
}

nanoseconds to_time(std::uint64_t count) {
  constexpr auto most = static_cast<std::uint64_t>(nanoseconds::max().count());
  return nanoseconds(static_cast<std::int64_t>(std::min(count, most)));
}

}  // namespace

TimingHistogram::TimingHistogram() : counts_(bin_count) {}

void TimingHistogram::add(nanoseconds time) {
  time = std::max(time, nanoseconds::zero());
  min_ = count_ == 0 ? time : std::min(min_, time);
  max_ = std::max(max_, time);
  sum_ += time;
  ++count_;
  ++counts_[bin_of(static_cast<std::uint64_t>(time.count()))];
}

nanoseconds TimingHistogram::quantile(double part) const {
  const auto wanted = static_cast<std::int64_t>(std::ceil(part * static_cast<double>(count_)));
  std::int64_t passed = 0;
  for (std::size_t bin = 0; bin < bin_count; ++bin) {
    passed += counts_[bin];
    if (passed == 0 || passed < wanted) continue;
    const std::uint64_t begin = begin_of(bin);
    const std::uint64_t middle = begin + (begin_of(bin + 1) - begin) / 2;
    return std::clamp(to_time(middle), min_, max_);
  }
  return max_;
}

std::vector<TimingHistogram::Bin> TimingHistogram::bins() const {
  std::vector<Bin> bins;
  for (std::size_t bin = 0; bin < bin_count; ++bin) {
    if (counts_[bin] == 0) continue;
    bins.push_back({to_time(begin_of(bin)), to_time(begin_of(bin + 1)), counts_[bin]});
  }
  return bins;
}

}  // namespace forcewire
