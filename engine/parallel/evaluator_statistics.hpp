#pragma once

#include <chrono>
#include <cstdint>

namespace forcewire {

/// Where an evaluator's wall time went on this rank, how often lists were rebuilt, and what came
/// and went between nodes.
struct EvaluatorStatistics {
  std::int64_t evaluations = 0;
  std::int64_t rebuilds = 0;
  std::chrono::nanoseconds sharing{};
  std::chrono::nanoseconds neighbor_lists{};
  std::chrono::nanoseconds forces{};
  std::chrono::nanoseconds reducing{};
  /// Of `forces`, what this rank computed before it waited for others, in structures that it
  /// shares with them: it says whether the work is shared out evenly. (A potential that
  /// communicates waits in there, too.)
  std::chrono::nanoseconds computing{};
  // What the leader of a node counts, except that of the root's node: each byte once.
  std::int64_t position_bytes = 0;  ///< that came to this node
  std::int64_t force_bytes = 0;     ///< that went from this node
};

}  // namespace forcewire
