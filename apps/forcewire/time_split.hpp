#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string_view>

#include "engine/parallel/evaluator_statistics.hpp"
#include "socket/session.hpp"

namespace forcewire {

/// What wall time of the root went into, in the order in which a request goes through it.
struct TimeSplit {
  enum Part : std::size_t {
    waiting,  // for the server
    receiving,
    sharing,
    neighbor_lists,
    forces,
    reducing,
    sending,
    other,  // what is left: reports, checks, the protocol
    part_count
  };

  std::array<std::chrono::nanoseconds, part_count> parts{};

  std::chrono::nanoseconds& operator[](Part part) { return parts[part]; }
  const std::chrono::nanoseconds& operator[](Part part) const { return parts[part]; }
  std::chrono::nanoseconds whole() const;

  friend TimeSplit operator-(TimeSplit later, const TimeSplit& earlier);
};

/// For people.
constexpr std::array<std::string_view, TimeSplit::part_count> part_labels{"waiting for the server",
                                                                          "receiving",
                                                                          "sharing",
                                                                          "neighbour lists",
                                                                          "forces",
                                                                          "reducing",
                                                                          "sending",
                                                                          "other"};

/// How `wall` is spent on a session and an evaluator.
TimeSplit split_time(const SessionTimes& session, const EvaluatorStatistics& statistics,
                     std::chrono::nanoseconds wall);

}  // namespace forcewire
