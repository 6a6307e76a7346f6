#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "apps/forcewire/command_line.hpp"
#include "apps/forcewire/engine_loop.hpp"
#include "apps/forcewire/failure.hpp"
#include "apps/forcewire/prefixed_stream.hpp"
#include "apps/forcewire/report.hpp"
#include "apps/forcewire/stop_conditions.hpp"
#include "engine/geometry/cell.hpp"
#include "engine/parallel/evaluator.hpp"
#include "engine/potentials/registry.hpp"
#include "socket/error.hpp"
#include "socket/session.hpp"
#include "socket/socket.hpp"

namespace forcewire {

/// The root, between the server and the other ranks.
class Root {
 public:
  /// @param command and `model` stay the caller's
  /// @param start when the program began
  /// @param prefix of all lines it writes: see PrefixedStream
  /// @param why_to_leave besides what the user told: see StopConditions
  Root(const CommandLine& command, const Model& model, std::chrono::steady_clock::time_point start,
       const std::string& prefix = {}, std::function<std::string()> why_to_leave = {});

  /// Finds the server and serves it to the end; then, if the user wants that, the next one.
  ///
  /// @throws ConnectError, PeerError, PotentialFailure, InvalidStructure; the summary is out by
  /// then
  void run(Evaluator& evaluator);

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
  void summarize(const Evaluator& evaluator);
  ConnectError nobody_spoke() const;
  std::optional<Socket> connect(Clock::time_point waiting_since, std::chrono::nanoseconds wait);
  void say_waiting(std::string_view reason);
  SessionOptions session_options(Evaluator& evaluator);
  EngineLoopObserver observer(Evaluator& evaluator);
  void introduce(const Structure& structure, const Potential& potential);
  void check(const ServedRequest& request, Evaluator& evaluator);
  void check_on_grid(const ServedRequest& request, const Cell& cell, const Potential& potential);

  const CommandLine& command_;
  const Model& model_;
  StopConditions stop_;
  PrefixedStream out_;
  PrefixedStream err_;
  Report report_;
  bool is_first_ = true;  // of a session
  bool said_waiting_ = false;
  // Of all sessions.
  int sessions_ = 0;
  std::int64_t answered_ = 0;
  SessionTimes times_;
  Clock::duration connected_for_{};
};

}  // namespace forcewire
