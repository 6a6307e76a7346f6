#include "apps/forcewire/time_split.hpp"

#include <numeric>

namespace forcewire {

std::chrono::nanoseconds TimeSplit::whole() const {
  return std::accumulate(parts.begin(), parts.end(), std::chrono::nanoseconds::zero());
}

TimeSplit operator-(TimeSplit later, const TimeSplit& earlier) {
  for (std::size_t part = 0; part < TimeSplit::part_count; ++part) {
    later.parts[part] -= earlier.parts[part];
  }
  return later;
}

TimeSplit split_time(const SessionTimes& session, const EvaluatorStatistics& statistics,
                     std::chrono::nanoseconds wall) {
  TimeSplit split;
  split[TimeSplit::waiting] = session.waiting;
  split[TimeSplit::receiving] = session.receiving;
  split[TimeSplit::sharing] = statistics.sharing;
  split[TimeSplit::neighbor_lists] = statistics.neighbor_lists;
  split[TimeSplit::forces] = statistics.forces;
  split[TimeSplit::reducing] = statistics.reducing;
  split[TimeSplit::sending] = session.sending;
  split[TimeSplit::other] = wall - split.whole();
  return split;
}

}  // namespace forcewire
