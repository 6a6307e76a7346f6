#include "apps/forcewire/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "apps/forcewire/readable.hpp"

namespace forcewire {

namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr nanoseconds slow = 1s;

/// When, after so much time, the next line is due.
nanoseconds next_mark(nanoseconds elapsed) {
  constexpr std::array<nanoseconds, 6> marks{1s, 2s, 5s, 10s, 20s, 30s};
  const auto* mark = std::upper_bound(marks.begin(), marks.end(), elapsed);
  if (mark != marks.end()) return *mark;
  return std::chrono::floor<std::chrono::minutes>(elapsed) + std::chrono::minutes{1};
}

}  // namespace

void Progress::begin(Clock::time_point now) {
  if (begin_) return;
  begin_ = last_answer_ = line_ = now;
  due_ = now + next_mark({});
}

std::optional<std::string> Progress::answered(const RunStatistics& statistics, std::size_t atoms,
                                              double energy, Clock::time_point now) {
  if (!is_due(now)) return std::nullopt;
  std::string text;
  if (requests_ == 0) {
    text = fmt::format("{:>8} {:>10} {:>7} {:>8} {:>20}   {:>8} {:>7} {:>7} {:>7} {:>7} {:>7}\n",
                       "time [s]", "requests", "1/s", "atoms", "energy [hartree]",
                       "ms each:", "server", "socket", "lists", "forces", "other");
  }
  const std::int64_t requests = statistics.requests() - requests_;
  const TimeSplit time = statistics.time() - time_;
  const auto each = [&](nanoseconds part) {
    return readable(1e-6 * static_cast<double>(part.count()) / static_cast<double>(requests));
  };
  const double span = seconds(now - line_);
  const nanoseconds socket = time[TimeSplit::receiving] + time[TimeSplit::sending];
  const nanoseconds others =
      time[TimeSplit::sharing] + time[TimeSplit::reducing] + time[TimeSplit::other];
  text += fmt::format(
      "{:>8.0f} {:>10} {:>7} {:>8} {:>20.12g}   {:>8} {:>7} {:>7} {:>7} {:>7} {:>7}\n",
      seconds(now - *begin_), statistics.requests(),
      readable(static_cast<double>(requests) / std::max(span, 1e-9)), atoms, energy,
      each(time.whole()), each(time[TimeSplit::waiting]), each(socket),
      each(time[TimeSplit::neighbor_lists]), each(time[TimeSplit::forces]), each(others));
  requests_ = statistics.requests();
  time_ = statistics.time();
  line_ = now;
  return text;
}

bool Progress::is_due(Clock::time_point now) {
  const bool was_slow = now - last_answer_ >= slow;
  last_answer_ = now;
  if (!was_slow && now < due_) return false;
  due_ = *begin_ + next_mark(now - *begin_);
  return true;
}

}  // namespace forcewire
