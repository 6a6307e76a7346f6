#include "apps/forcewire/stop_conditions.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <array>
#include <system_error>
#include <utility>

#include "apps/forcewire/readable.hpp"

namespace forcewire {

namespace {

using Clock = std::chrono::steady_clock;

/// How often we look for the stop file: a network file system should not notice us.
constexpr std::chrono::milliseconds look_interval{250};

struct StopSignal {
  int number;
  const char* name;
  int flags;  // of sigaction
};

// No SA_RESTART: a signal should cut short whatever we wait for. SA_RESETHAND for SIGINT alone:
// SIGTERM comes twice in ordinary life, from the batch system and from mpirun.
constexpr std::array<StopSignal, 3> stop_signals{{
    {SIGTERM, "SIGTERM", 0},
    {SIGINT, "SIGINT", static_cast<int>(SA_RESETHAND)},
    {SIGUSR1, "SIGUSR1", 0},
}};

volatile sig_atomic_t received_signal = 0;

extern "C" void remember_signal(int number) { received_signal = number; }

std::string signal_name(int number) {
  for (const StopSignal& stop_signal : stop_signals) {
    if (stop_signal.number == number) return stop_signal.name;
  }
  return fmt::format("signal {}", number);
}

}  // namespace

void install_stop_signals() {
  // `forcewire | head` may not end the run with a status that says nothing: what cannot be written
  // to standard output any more, is lost, and the forces go on.
  ::signal(SIGPIPE, SIG_IGN);
  for (const StopSignal& stop_signal : stop_signals) {
    struct sigaction action {};
    action.sa_handler = remember_signal;
    action.sa_flags = stop_signal.flags;
    sigemptyset(&action.sa_mask);
    if (sigaction(stop_signal.number, &action, nullptr) != 0) {
      throw std::system_error(errno, std::generic_category(), "sigaction");
    }
  }
}

StopConditions::StopConditions(Clock::time_point start,
                               std::optional<std::chrono::nanoseconds> max_time,
                               std::optional<std::filesystem::path> stop_file,
                               std::function<std::string()> other)
    : start_(start),
      max_time_(max_time),
      stop_file_(std::move(stop_file)),
      other_(std::move(other)) {}

bool StopConditions::requested() {
  if (!reason_.empty()) return true;
  if (const int number = received_signal; number != 0) {
    reason_ = signal_name(number);
  } else if (max_time_ && Clock::now() - start_ >= *max_time_) {
    reason_ = fmt::format("--max-seconds {:g}", seconds(*max_time_));
  } else if (stop_file_ && stop_file_is_there()) {
    reason_ = fmt::format("stop file {}", stop_file_->string());
  } else if (other_) {
    reason_ = other_();
  }
  return !reason_.empty();
}

bool StopConditions::is_ours_alone() const {
  return !reason_.empty() && received_signal == 0;  // it may have come since
}

bool StopConditions::stop_file_is_there() {
  const auto now = Clock::now();
  if (now < next_look_) return false;
  next_look_ = now + look_interval;
  // An error other than "not there" says nothing; we look again.
  std::error_code ignored;
  return std::filesystem::exists(*stop_file_, ignored);
}

}  // namespace forcewire
