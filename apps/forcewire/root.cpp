#include "apps/forcewire/root.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <thread>
#include <utility>
#include <vector>

#include "apps/forcewire/check.hpp"
#include "apps/forcewire/check_by_differences.hpp"
#include "apps/forcewire/readable.hpp"
#include "apps/forcewire/stats_file.hpp"
#include "apps/forcewire/stats_text.hpp"
#include "apps/forcewire/vacuum.hpp"
#include "engine/geometry/invalid_structure.hpp"
#include "engine/geometry/position_grid.hpp"
#include "engine/potentials/errors.hpp"
#include "socket/open_socket.hpp"

namespace forcewire {

namespace {

constexpr std::chrono::milliseconds pause_after_silence{200};
constexpr std::chrono::seconds patience_when_gone{2};

std::string farewell(Exit::Reason reason, const StopConditions& stop, const CommandLine& command) {
  switch (reason) {
    case Exit::Reason::exit_received:
      return "the server sent EXIT";
    case Exit::Reason::server_closed:
      return "the server closed the connection between two requests";
    case Exit::Reason::connection_lost:
      return "the connection to the server broke between two requests";
    case Exit::Reason::never_spoke:
      break;  // and so it was no session
    case Exit::Reason::stop_requested:
      return fmt::format("leaving in order: {}", stop.reason());
    case Exit::Reason::idle_timeout:
      return fmt::format("leaving in order: no request for {:g} s (--idle-timeout)",
                         seconds(*command.idle_timeout));
  }
  return {};
}

}  // namespace

Root::Root(const CommandLine& command, const Model& model, const Beginning& beginning,
           const std::string& prefix, std::function<std::string()> why_to_leave)
    : command_(command),
      model_(model),
      stop_(beginning.instant, command.max_time, command.stop_file, std::move(why_to_leave)),
      out_(std::cout, prefix),
      err_(std::cerr, prefix),
      report_(out_, err_, command.verbosity),
      beginning_(beginning) {}

std::string Root::run(Evaluator& evaluator) {
  const auto summarize = [&] {
    if (statistics_.sessions() > 0) report_.summary(statistics_, evaluator.statistics());
  };
  try {
    while (serve_next(evaluator)) is_first_ = true;
  } catch (...) {
    summarize();
    throw;
  }
  summarize();
  return farewell_;
}

void Root::say(const Failure& failure) { err_ << error_line(failure) << std::flush; }

/// Waits for a server that has something to say, and serves it to the end.
/// @return whether another one may follow
bool Root::serve_next(Evaluator& evaluator) {
  const auto waiting_since = Clock::now();
  auto wait = command_.wait;
  said_waiting_ = false;
  try {
    while (std::optional<Socket> socket = connect(waiting_since, wait)) {
      const auto served = serve(std::move(*socket), evaluator);
      if (served != Served::nothing) return served == Served::to_be_continued;
      // A tunnel or proxy accepts before it knows whether there is a server behind it, and goes
      // on accepting. Where nobody listens any more, there was a server, and it has gone.
      const auto waited = Clock::now() - waiting_since;
      if (waited >= command_.wait) throw nobody_spoke();
      if (!reconnects()) {
        wait = std::min<std::chrono::nanoseconds>(
            command_.wait, std::chrono::ceil<std::chrono::seconds>(waited) + patience_when_gone);
      }
      say_waiting("the connection was closed before a word came");
      std::this_thread::sleep_for(pause_after_silence);
    }
  } catch (const ConnectError& error) {
    if (statistics_.sessions() == 0 || error.kind() != ConnectError::Kind::nobody_listens) throw;
    leave(fmt::format("leaving in order: no other server within {:g} s (--wait)",
                      seconds(command_.wait)));
    return false;
  }
  leave(fmt::format("leaving in order before there was {} server: {}",
                    statistics_.sessions() == 0 ? "a" : "another", stop_.reason()));
  return false;
}

/// One session, from its first word to its last.
Root::Served Root::serve(Socket socket, Evaluator& evaluator) {
  const auto requests_before = statistics_.requests();
  const auto now = Clock::now();
  statistics_.connect(now);
  report_.connected(now);
  Session session(std::move(socket), session_options(evaluator));
  const auto add_up = [&] {
    statistics_.disconnect(session.times(), evaluator.statistics(), Clock::now());
  };
  try {
    const Exit::Reason reason = converse(session, evaluator);
    if (reason == Exit::Reason::never_spoke) return Served::nothing;
    add_up();
    const bool lost =
        reason == Exit::Reason::server_closed || reason == Exit::Reason::connection_lost;
    leave(farewell(reason, stop_, command_));
    if (!lost || !reconnects()) return Served::to_the_end;
  } catch (const PeerError& error) {
    add_up();
    if (!reconnects()) throw;
    report_.warning(fmt::format("{} Waiting for the next server.", error.what()));
  } catch (...) {
    add_up();
    throw;
  }
  // A server that ends again and again before it gets anywhere must not keep us busy.
  if (statistics_.requests() == requests_before) std::this_thread::sleep_for(pause_after_silence);
  return Served::to_be_continued;
}

/// The engine loop, which does not know the number of the request that fails.
Exit::Reason Root::converse(Session& session, Evaluator& evaluator) {
  try {
    return run_engine_loop(session, evaluator, observer(evaluator));
  } catch (const PotentialFailure& error) {
    throw PotentialFailure(error.kind(), in_this_request(error));
  } catch (const InvalidStructure& error) {
    throw InvalidStructure(in_this_request(error));
  }
}

/// The numbers are those that -vv shows.
std::string Root::in_this_request(const std::exception& error) const {
  return fmt::format("request {}: {}", statistics_.requests() + 1, error.what());
}

void Root::leave(std::string reason) {
  report_.note(reason);
  farewell_ = std::move(reason);
}

void Root::write_stats(ExitStatus status, const std::string& reason, const Evaluator& evaluator,
                       std::vector<RankReport> reports) {
  if (!command_.stats_file) return;
  try {
    const FinishedRun run{.command = command_,
                          .model_description = evaluator.potential().description(),
                          .ranks = evaluator.rank_count(),
                          .nodes = evaluator.node_count(),
                          .begin = beginning_.date,
                          .duration = Clock::now() - beginning_.instant,
                          .status = status,
                          .reason = reason,
                          .statistics = statistics_,
                          .reports = std::move(reports)};
    StatsFile(*command_.stats_file).write(stats_text(run));
  } catch (const std::exception& error) {
    report_.no_stats(fmt::format("{}: {}", command_.stats_file->string(), error.what()));
  }
}

ConnectError Root::nobody_spoke() const {
  return {ConnectError::Kind::nobody_listens, command_.endpoint, "no server at",
          fmt::format("tried for {:g} s: every connection was closed before a word came",
                      seconds(command_.wait)),
          "A tunnel or proxy without a server behind it does this. Check the address, start the "
          "server, or wait longer for it."};
}

std::optional<Socket> Root::connect(Clock::time_point waiting_since,
                                    std::chrono::nanoseconds wait) {
  return open_socket(command_.endpoint,
                     {.wait = wait,
                      .waiting_since = waiting_since,
                      .stop = [this] { return stop_.requested(); },
                      .on_waiting = [this](std::string_view reason) { say_waiting(reason); }});
}

void Root::say_waiting(std::string_view reason) {
  if (std::exchange(said_waiting_, true)) return;
  report_.note(fmt::format("waiting for the server: {}", reason));
}

SessionOptions Root::session_options(Evaluator& evaluator) {
  SessionOptions options = forcewire::session_options(evaluator);
  options.message_timeout = command_.timeout;
  options.idle_timeout = command_.idle_timeout;
  options.max_atoms = command_.max_atoms;
  options.stop = [this] { return stop_.requested(); };
  options.server_stops_too = [this] { return !stop_.is_ours_alone(); };
  options.on_sent = [this, &evaluator](const SessionTimes& times) {
    const auto now = Clock::now();
    statistics_.answer(times, evaluator.statistics(), now);
    report_.answered(statistics_, now);
  };
  return options;
}

EngineLoopObserver Root::observer(Evaluator& evaluator) {
  return {.before =
              [this, &evaluator](const Structure& structure) {
                if (is_first_) introduce(structure, evaluator);
              },
          .after =
              [this, &evaluator](const ServedRequest& request) {
                if (is_first_ && command_.check) report_.check(check(request, evaluator), model_);
                statistics_.evaluate(request.structure.positions.size() / 3);
                report_.request(statistics_.requests(), request, evaluator.statistics());
                is_first_ = false;
              }};
}

void Root::introduce(const Structure& structure, const Evaluator& evaluator) {
  report_.first_request(structure, command_.periodicity,
                        evaluator.ranks_for(structure.positions.size() / 3), evaluator.rank_count(),
                        evaluator.potential().microseconds_per_atom());
  if (command_.verbosity == Verbosity::quiet) return;
  if (const auto text = vacuum_warning(structure, command_.periodicity, evaluator.potential())) {
    report_.warning(*text);
  }
}

CheckReport Root::check(const ServedRequest& request, Evaluator& evaluator) const {
  const Potential& potential = evaluator.potential();
  if (!has_pair_energies(potential)) {
    request.keep();
    return check_by_differences(evaluator, request.structure, command_.periodicity,
                                request.result());
  }
  const Cell cell(request.structure.cell, command_.periodicity);
  if (command_.reproducible) return check_on_grid(request, cell, potential);
  return check_result(request.structure, cell, model_.species, potential, request.result());
}

/// Of the rounded structure, which is the one that was computed.
CheckReport Root::check_on_grid(const ServedRequest& request, const Cell& cell,
                                const Potential& potential) const {
  const PositionGrid grid(cell, potential.cutoff());
  std::vector<double> places(request.structure.positions.size());
  grid.place(request.structure.positions, 0, places);
  return check_result({request.structure.cell, places}, grid.cell(), model_.species, potential,
                      request.result());
}

}  // namespace forcewire
