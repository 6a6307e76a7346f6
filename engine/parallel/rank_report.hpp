#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

#include "engine/parallel/communicator.hpp"
#include "engine/parallel/evaluator_statistics.hpp"

namespace forcewire {

/// What a rank has to tell when its work is over. It travels as it lies in memory.
struct RankReport {
  int rank = 0;
  int node = 0;                  ///< see NodeLayout::number
  std::array<char, 64> host{};   ///< its name, with a zero at the end
  std::int64_t peak_memory = 0;  ///< see peak_memory
  EvaluatorStatistics statistics;
};

/// The name of this machine.
std::array<char, 64> host_name();

/// Those of all ranks, in their order, at the root; at others nothing. The root waits no longer
/// than `patience` for ranks that are stopped, or busy with something else: then it has to do with
/// its own report, and MPI is in no state for more collective operations.
/// @collective
std::vector<RankReport> gather_reports(const Communicator& ranks, const RankReport& own,
                                       std::chrono::nanoseconds patience);

}  // namespace forcewire
