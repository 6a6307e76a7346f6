#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/forcewire/check.hpp"
#include "apps/forcewire/command_line.hpp"
#include "apps/forcewire/engine_loop.hpp"
#include "apps/forcewire/placement.hpp"
#include "engine/geometry/cell.hpp"
#include "engine/parallel/evaluator.hpp"
#include "engine/parallel/rank_groups.hpp"
#include "engine/potentials/registry.hpp"
#include "socket/session.hpp"

namespace forcewire {

/// What the root tells the user, apart from errors.
class Report {
 public:
  /// @param out for what was asked for, as far as `verbosity` goes
  /// @param warnings for what the user should not miss
  Report(std::ostream& out, std::ostream& warnings, Verbosity verbosity);

  /// What the program will do.
  /// @param groups of the ranks, if they are split
  void start(const CommandLine& command, const Model& model, const Placement& placement,
             std::span<const GroupSize> groups = {});

  /// One line about what happens.
  void note(std::string_view text);

  /// Something that is legal and suspicious.
  void warning(std::string_view text);

  /// What the program understood of the first request, so that a wrong unit shows at once.
  /// @throws InvalidStructure when the cell is singular; what can be shown, has been
  void first_request(const Structure& structure, const Periodicity& periodicity);

  /// A line for each request, if the user wants it.
  /// @param statistics of the evaluator, this request included
  void request(const ServedRequest& request, const EvaluatorStatistics& statistics);

  /// What `--check` found; even when all else is to be quiet, for the user has asked for it.
  void check(const CheckReport& outcome);

  /// What was done, and where the time went.
  /// @param wall since the connection stood
  void summary(const SessionTimes& session, const EvaluatorStatistics& statistics,
               std::chrono::nanoseconds wall);

 private:
  bool shows(Verbosity verbosity) const { return verbosity_ >= verbosity; }
  void print(std::string_view text);
  void species_row(const Model& model);
  void request_timings(const EvaluatorStatistics& statistics);

  std::ostream& out_;
  std::ostream& warnings_;
  Verbosity verbosity_;
  // Of the requests that were answered.
  std::int64_t requests_ = 0;
  std::int64_t atoms_ = 0;
  std::int64_t fewest_atoms_ = 0;
  std::int64_t most_atoms_ = 0;
  EvaluatorStatistics previous_;  // before the latest request
};

}  // namespace forcewire
