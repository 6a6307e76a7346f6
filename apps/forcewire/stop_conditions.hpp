#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace forcewire {

/// From now on SIGTERM, SIGINT and SIGUSR1 do not end the process: they ask it to leave in order.
///
/// All ranks need this, because mpirun and batch systems signal all of them; but only the root acts
/// upon it, at a moment of its choice, and the others follow the root. A second SIGINT ends the
/// process at once, for people whose patience with Ctrl-C is over. SIGPIPE is ignored.
void install_stop_signals();

/// Decides on the root when to leave in order: a signal, the age of the program, a stop file, or
/// what else the program has in mind.
class StopConditions {
 public:
  /// @param start when the program began
  /// @param max_time age at which it ends
  /// @param stop_file ends it by appearing
  /// @param other another reason to leave, of which nobody else knows, or nothing as long as there
  ///        is none; asked as often as `requested`. Empty: there is never one
  StopConditions(std::chrono::steady_clock::time_point start,
                 std::optional<std::chrono::nanoseconds> max_time,
                 std::optional<std::filesystem::path> stop_file,
                 std::function<std::string()> other = {});

  /// Is it time to leave? Cheap enough to be asked thousands of times a second. Once true, it stays
  /// so.
  bool requested();

  /// Why, for people: `SIGTERM`, `--max-seconds 60`, `stop file STOP`. Empty while not requested.
  const std::string& reason() const { return reason_; }

  /// Does the reason leave the server no right to break off? A signal may have been sent to it as
  /// well, and ends many a program at once. One that minds the same time limit or stop file ends
  /// its request first, or says EXIT: if it is gone inside a request, it was lost.
  bool is_ours_alone() const;

 private:
  bool stop_file_is_there();

  std::chrono::steady_clock::time_point start_;
  std::optional<std::chrono::nanoseconds> max_time_;
  std::optional<std::filesystem::path> stop_file_;
  std::function<std::string()> other_;
  std::chrono::steady_clock::time_point next_look_{};  // for the stop file
  std::string reason_;
};

}  // namespace forcewire
