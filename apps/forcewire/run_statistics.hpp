#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "apps/forcewire/time_split.hpp"
#include "apps/forcewire/timing_histogram.hpp"

namespace forcewire {

/// What the root does in a run, over all sessions: how many requests, of how many atoms, and how
/// long which part of them took. To take note of a request allocates nothing.
class RunStatistics {
 public:
  using Clock = std::chrono::steady_clock;

  // What happens, in this order. Sessions begin with times of zero, an evaluator goes on adding up.

  /// A connection stands. If no session comes of it, nothing has happened.
  void connect(Clock::time_point now) { connected_ = now; }
  /// Energy and forces of so many atoms have been found.
  void evaluate(std::size_t atoms);
  /// They have been sent.
  void answer(const SessionTimes& session, const EvaluatorStatistics& statistics,
              Clock::time_point now);
  /// The session is over.
  void disconnect(const SessionTimes& session, const EvaluatorStatistics& statistics,
                  Clock::time_point now);

  // What has happened so far.

  int sessions() const { return sessions_; }
  std::int64_t requests() const { return requests_; }
  /// Summed over requests.
  std::int64_t atoms() const { return atoms_; }
  std::int64_t fewest_atoms() const { return fewest_atoms_; }
  std::int64_t most_atoms() const { return most_atoms_; }

  /// Of all sessions, to the last answer or the end of a session.
  const TimeSplit& time() const { return time_; }

  /// Parts of requests. A request lasts from the end of the answer before it, or the connection, to
  /// the end of its own answer.
  const TimingHistogram& part(TimeSplit::Part part) const { return parts_[part]; }

  /// Requests without the waiting for the server: what the server sees of them is that, and the way
  /// to us and back.
  const TimingHistogram& round_trips() const { return round_trips_; }

 private:
  TimeSplit time_at(const SessionTimes& session, const EvaluatorStatistics& statistics,
                    Clock::time_point now) const;

  int sessions_ = 0;
  std::int64_t requests_ = 0;
  std::int64_t atoms_ = 0;
  std::int64_t fewest_atoms_ = 0;
  std::int64_t most_atoms_ = 0;
  TimeSplit time_;
  std::array<TimingHistogram, TimeSplit::part_count> parts_;
  TimingHistogram round_trips_;
  // Before the session of now.
  SessionTimes earlier_;
  Clock::duration connected_for_{};
  Clock::time_point connected_{};
};

}  // namespace forcewire
