#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>

#include "engine/geometry/periodicity.hpp"
#include "engine/parallel/idle.hpp"
#include "socket/endpoint.hpp"

namespace CLI {
class App;
}

namespace forcewire {

struct RawOptions;

/// How much the program tells on standard output.
enum class Verbosity {
  quiet,     ///< nothing; errors go to standard error
  normal,    ///< what it will do, what it understood, what it did
  progress,  ///< also how it gets on, now and then
  requests,  ///< also a line for each request, and where it spent its time
};

/// What to do when the server goes without EXIT.
enum class OnDisconnect {
  exit,       ///< leave; with which status, depends on what it left undone
  reconnect,  ///< wait for the next server with the potential still loaded
};

/// What the user asked for.
struct CommandLine {
  Endpoint endpoint;
  Periodicity periodicity;
  std::string model;
  std::string model_options;
  std::optional<std::filesystem::path> template_file;

  std::int64_t max_atoms = 0;  ///< the server may announce as many

  std::chrono::nanoseconds wait{};     ///< keep trying to connect this long
  std::chrono::nanoseconds timeout{};  ///< the server may be silent inside a message this long
  std::optional<std::chrono::nanoseconds> idle_timeout;  ///< ... and between messages this long
  std::optional<std::chrono::nanoseconds> max_time;      ///< leave when the program is this old
  std::optional<std::filesystem::path> stop_file;        ///< leave when this file appears
  OnDisconnect on_disconnect = OnDisconnect::exit;

  std::optional<int> groups;           ///< split the ranks into so many engines ...
  std::optional<int> ranks_per_group;  ///< ... or into engines of so many ranks
  bool fail_fast = false;              ///< when one of them fails the others leave

  Idle idle = Idle::automatic;  ///< how ranks wait for the next request
  int pretended_nodes = 0;      ///< for tests: see EvaluatorOptions

  bool zero_virial = false;   ///< where the model has none
  bool reproducible = false;  ///< the same result in every bit on any number of ranks
  bool check = false;
  std::optional<std::filesystem::path> stats_file;  ///< for the closing summary and more, as JSON
  Verbosity verbosity = Verbosity::normal;
};

/// The user wants to read something (`--help`, `--version`, `--list-models`), and no more.
struct Page {
  std::string text;
};

/// Understands the command line and the environment variables FORCEWIRE_ADDRESS, FORCEWIRE_PORT and
/// FORCEWIRE_SOCKETS_PREFIX, which the command line overrides.
///
/// Flags that i-PI's own driver has mean the same here; its old `-h HOST` too, which is why a bare
/// `-h`, and only that, asks for help.
///
/// @throws UsageError when it makes no sense
std::variant<CommandLine, Page> parse_command_line(int argc, const char* const* argv);

/// The same with an `app` that puts options into `raw` (`declare_options`), which takes far longer
/// to make than a command line to parse.
std::variant<CommandLine, Page> parse_command_line(int argc, const char* const* argv, CLI::App& app,
                                                   const RawOptions& raw);

}  // namespace forcewire
