#include "apps/forcewire/run_statistics.hpp"

#include <algorithm>

namespace forcewire {

namespace {

SessionTimes sum(const SessionTimes& a, const SessionTimes& b) {
  return {.waiting = a.waiting + b.waiting,
          .receiving = a.receiving + b.receiving,
          .sending = a.sending + b.sending};
}

}  // namespace

void RunStatistics::evaluate(std::size_t atoms) {
  const auto count = static_cast<std::int64_t>(atoms);
  fewest_atoms_ = requests_ == 0 ? count : std::min(fewest_atoms_, count);
  most_atoms_ = std::max(most_atoms_, count);
  atoms_ += count;
  ++requests_;
}

void RunStatistics::answer(const SessionTimes& session, const EvaluatorStatistics& statistics,
                           Clock::time_point now) {
  const TimeSplit time = time_at(session, statistics, now);
  const TimeSplit request = time - time_;
  for (std::size_t part = 0; part < parts_.size(); ++part) parts_[part].add(request.parts[part]);
  round_trips_.add(request.whole() - request[TimeSplit::waiting]);
  time_ = time;
}

void RunStatistics::disconnect(const SessionTimes& session, const EvaluatorStatistics& statistics,
                               Clock::time_point now) {
  time_ = time_at(session, statistics, now);
  ++sessions_;
  earlier_ = sum(earlier_, session);
  connected_for_ += now - connected_;
}

TimeSplit RunStatistics::time_at(const SessionTimes& session, const EvaluatorStatistics& statistics,
                                 Clock::time_point now) const {
  return split_time(sum(earlier_, session), statistics, connected_for_ + (now - connected_));
}

}  // namespace forcewire
