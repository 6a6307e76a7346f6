#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/forcewire/command_line.hpp"
#include "apps/forcewire/engine_loop.hpp"
#include "apps/forcewire/exit_status.hpp"
#include "apps/forcewire/failure.hpp"
#include "apps/forcewire/prefixed_stream.hpp"
#include "apps/forcewire/report.hpp"
#include "apps/forcewire/run_statistics.hpp"
#include "apps/forcewire/stop_conditions.hpp"
#include "engine/geometry/cell.hpp"
#include "engine/parallel/evaluator.hpp"
#include "engine/parallel/rank_report.hpp"
#include "engine/potentials/registry.hpp"
#include "socket/error.hpp"
#include "socket/session.hpp"
#include "socket/socket.hpp"

namespace forcewire {

/// When the program began. Times are measured by a clock that only goes forward; the one that knows
/// the date may be set meanwhile.
struct Beginning {
  std::chrono::steady_clock::time_point instant = std::chrono::steady_clock::now();
  std::chrono::system_clock::time_point date = std::chrono::system_clock::now();
};

/// The root, between the server and the other ranks.
class Root {
 public:
  /// @param command and `model` stay the caller's
  /// @param prefix of all lines it writes: see PrefixedStream
  /// @param why_to_leave besides what the user told: see StopConditions
  Root(const CommandLine& command, const Model& model, const Beginning& beginning,
       const std::string& prefix = {}, std::function<std::string()> why_to_leave = {});

  /// Finds the server and serves it to the end; then, if the user wants that, the next one.
  ///
  /// @return why it was over, in a line
  /// @throws ConnectError, PeerError, PotentialFailure, InvalidStructure; the summary is out by
  /// then
  std::string run(Evaluator& evaluator);

  /// Writes the statistics, if the user wants them. If that fails, he is told, and that is all.
  /// @param reason why the run ended
  /// @param reports of the ranks
  void write_stats(ExitStatus status, const std::string& reason, const Evaluator& evaluator,
                   std::vector<RankReport> reports);

  /// Says why it ended before its time.
  void say(const Failure& failure);

 private:
  using Clock = std::chrono::steady_clock;
  enum class Served { nothing, to_the_end, to_be_continued };

  bool serve_next(Evaluator& evaluator);
  Served serve(Socket socket, Evaluator& evaluator);
  Exit::Reason converse(Session& session, Evaluator& evaluator);
  bool reconnects() const { return command_.on_disconnect == OnDisconnect::reconnect; }
  std::string in_this_request(const std::exception& error) const;
  void leave(std::string reason);
  ConnectError nobody_spoke() const;
  std::optional<Socket> connect(Clock::time_point waiting_since, std::chrono::nanoseconds wait);
  void say_waiting(std::string_view reason);
  SessionOptions session_options(Evaluator& evaluator);
  EngineLoopObserver observer(Evaluator& evaluator);
  void introduce(const Structure& structure, const Evaluator& evaluator);
  CheckReport check(const ServedRequest& request, Evaluator& evaluator) const;
  CheckReport check_on_grid(const ServedRequest& request, const Cell& cell,
                            const Potential& potential) const;

  const CommandLine& command_;
  const Model& model_;
  StopConditions stop_;
  PrefixedStream out_;
  PrefixedStream err_;
  Report report_;
  bool is_first_ = true;  // of a session
  bool said_waiting_ = false;
  // Of all sessions.
  Beginning beginning_;
  RunStatistics statistics_;
  std::string farewell_;
};

}  // namespace forcewire
