#pragma once

#include <optional>
#include <string>
#include <vector>

#include "socket/protocol.hpp"

namespace CLI {
class App;
}

namespace forcewire {

/// The options as the user wrote them.
struct RawOptions {
  bool unix_socket = false;
  std::string address = "localhost";
  std::string host;  // the old name of `address`, from i-PI's driver
  std::string port = "31415";
  std::string prefix = "/tmp/ipi_";
  std::string max_atoms = std::to_string(usual_max_atoms);
  std::string periodic = "auto";
  std::string model;
  std::vector<std::string> model_options;
  std::string template_file;
  std::string wait = "60";
  std::string timeout = "60";
  std::string idle_timeout;
  std::string on_disconnect = "exit";
  std::string max_seconds;
  std::string stop_file;
  std::optional<std::string> groups;
  std::optional<std::string> ranks_per_group;
  bool fail_fast = false;
  std::string idle = "auto";
  std::string stats_file;
  std::optional<std::string> pretended_nodes;
  bool zero_virial = false;
  bool reproducible = false;
  bool check = false;
  int verbose = 0;
  bool quiet = false;
  bool help = false;
  bool version = false;
  std::string list_of;
};

/// The group of options that are not in the help. It has a name: of options in none, errors would
/// not say which they are.
constexpr const char* hidden_group = "Hidden";

/// Declares the options, with their help, to `app`, which puts what it parses into `raw`.
void declare_options(CLI::App& app, RawOptions& raw);

}  // namespace forcewire
