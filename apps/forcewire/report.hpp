#pragma once

#include <cstddef>
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
#include "apps/forcewire/progress.hpp"
#include "apps/forcewire/run_statistics.hpp"
#include "engine/geometry/cell.hpp"
#include "engine/parallel/evaluator.hpp"
#include "engine/parallel/rank_groups.hpp"
#include "engine/potentials/registry.hpp"

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
  /// @param computing how many of the `ranks` compute it, by what an atom is taken to cost [us]
  /// @throws InvalidStructure when the cell is singular; what can be shown, has been
  void first_request(const Structure& structure, const Periodicity& periodicity, int computing,
                     int ranks, double microseconds_per_atom);

  /// A line for each request, if the user wants it.
  /// @param number of the request, from 1
  /// @param statistics of the evaluator, this request included
  void request(std::int64_t number, const ServedRequest& request,
               const EvaluatorStatistics& statistics);

  /// A server has connected; and the last `request` was answered: a line now and then, if the user
  /// wants that.
  void connected(Progress::Clock::time_point now) { progress_.begin(now); }
  void answered(const RunStatistics& run, Progress::Clock::time_point now);

  /// That the statistics, which the user has asked for, could not be written; even when all else is
  /// to be quiet.
  void no_stats(const std::string& reason);

  /// What `--check` found; even when all else is to be quiet, for the user has asked for it.
  void check(const CheckReport& outcome, const Model& model);

  /// What was done, and where the time went.
  void summary(const RunStatistics& run, const EvaluatorStatistics& statistics);

 private:
  bool shows(Verbosity verbosity) const { return verbosity_ >= verbosity; }
  void print(std::string_view text);
  void species_row(const Model& model);
  void request_timings(const EvaluatorStatistics& statistics);

  std::ostream& out_;
  std::ostream& warnings_;
  Verbosity verbosity_;
  Progress progress_;
  // Of the latest request.
  std::size_t atoms_ = 0;
  double energy_ = 0;
  EvaluatorStatistics previous_;  // before it
};

}  // namespace forcewire
