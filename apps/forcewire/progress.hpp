#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "apps/forcewire/run_statistics.hpp"

namespace forcewire {

/// Lines on how a run gets on, at a rhythm for people: 1, 2, 5, 10, 20, 30, 60 s after it began,
/// then once a minute. Requests that come a second or more after one another have a line each.
class Progress {
 public:
  using Clock = std::chrono::steady_clock;

  /// The server has connected. Later connections are part of the same run.
  void begin(Clock::time_point now);

  /// A request was answered.
  /// @param energy of its structure [hartree]
  /// @return the line if it is time for one, with a heading above the first
  std::optional<std::string> answered(const RunStatistics& statistics, std::size_t atoms,
                                      double energy, Clock::time_point now);

 private:
  bool is_due(Clock::time_point now);

  std::optional<Clock::time_point> begin_;
  Clock::time_point last_answer_{};
  Clock::time_point due_{};
  // At the last line.
  std::int64_t requests_ = 0;
  TimeSplit time_;
  Clock::time_point line_{};
};

}  // namespace forcewire
