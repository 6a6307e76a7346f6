#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "apps/forcewire/command_line.hpp"
#include "apps/forcewire/exit_status.hpp"
#include "apps/forcewire/run_statistics.hpp"
#include "engine/parallel/rank_report.hpp"

namespace forcewire {

/// A run that is over.
struct FinishedRun {
  const CommandLine& command;
  /// Of the potential, as Potential::description says.
  std::vector<std::pair<std::string, std::string>> model_description;
  int ranks = 1;
  int nodes = 1;
  std::chrono::system_clock::time_point begin;
  std::chrono::nanoseconds duration{};  ///< of the program
  ExitStatus status = ExitStatus::success;
  std::string reason;  ///< why it ended, in a line
  const RunStatistics& statistics;
  /// Of all ranks, or of the root alone if others were silent; the root's is the first.
  std::vector<RankReport> reports;
};

/// What `--stats` writes: JSON, as STATS.md documents it.
std::string stats_text(const FinishedRun& run);

}  // namespace forcewire
