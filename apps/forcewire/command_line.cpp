#include "apps/forcewire/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>
#include <vector>

#include "apps/forcewire/help_page.hpp"
#include "apps/forcewire/option_values.hpp"
#include "apps/forcewire/usage_error.hpp"
#include "apps/forcewire/version.hpp"
#include "engine/potentials/registry.hpp"
#include "socket/protocol.hpp"

namespace forcewire {

namespace {

using std::chrono::nanoseconds;

/// The options as the user wrote them.
struct RawOptions {
  bool unix_socket = false;
  std::string address = "localhost";
  std::string host;  // the old name of `address`, from i-PI's driver
  std::string port = "31415";
  std::string prefix = "/tmp/ipi_";
  std::string max_atoms = fmt::format("{}", usual_max_atoms);
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
  int pretended_nodes = 0;
  bool zero_virial = false;
  bool reproducible = false;
  bool check = false;
  int verbose = 0;
  bool quiet = false;
  bool help = false;
  bool version = false;
  std::string list_of;
};

void declare_server_options(CLI::App& app, RawOptions& raw) {
  const char* group = "Server";
  app.add_flag("-u,--unix", raw.unix_socket, "UNIX socket; otherwise TCP (IPv4 and IPv6)")
      ->group(group);
  app.add_option("-a,--address", raw.address,
                 "Host, or with -u the name of the socket; a name that contains / is\n"
                 "the whole path. Default: localhost, or $FORCEWIRE_ADDRESS")
      ->envname("FORCEWIRE_ADDRESS")
      ->option_text("NAME")
      ->group(group);
  // Not in the help: it is there for old scripts of i-PI's driver.
  app.add_option("-h", raw.host)->expected(0, 1)->group("");
  app.add_option("-p,--port", raw.port, "TCP port. Default: 31415, or $FORCEWIRE_PORT")
      ->envname("FORCEWIRE_PORT")
      ->option_text("N")
      ->group(group);
  app.add_option("-S,--sockets-prefix", raw.prefix,
                 "What comes before NAME in the path of a UNIX socket.\n"
                 "Default: /tmp/ipi_, or $FORCEWIRE_SOCKETS_PREFIX")
      ->envname("FORCEWIRE_SOCKETS_PREFIX")
      ->option_text("PREFIX")
      ->group(group);
  app.add_option("--max-atoms", raw.max_atoms,
                 "Refuse a request of more atoms as soon as it announces them: they\n"
                 "would cost some 60 bytes each on every node, and 500 bytes more on\n"
                 "their rank. Default: " +
                     raw.max_atoms)
      ->type_name("N")
      ->group(group);
}

void declare_model_options(CLI::App& app, RawOptions& raw) {
  const char* group = "Model";
  app.add_option("-m,--model", raw.model,
                 "The model, from the list below, or the path of your own, ./NAME.so;\n"
                 "with --help: its options alone")
      ->type_name("NAME")
      ->group(group);
  app.add_option("-o,--options", raw.model_options,
                 "Its options, key=value,...; for lj also three bare numbers\n"
                 "sigma,epsilon,cutoff with the meaning they have for i-pi-driver")
      ->option_text("LIST")
      ->expected(1, CLI::detail::expected_max_vector_size)
      ->group(group);
  app.add_option("-t,--template", raw.template_file,
                 "Species of the atoms from an xyz or extended-xyz file, for models\n"
                 "that need them: the protocol does not say")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--periodic", raw.periodic,
                 "Periodic axes: auto (those whose lattice vector is not zero), none,\n"
                 "or a subset of abc. Default: auto")
      ->type_name("AXES")
      ->group(group);
  app.add_flag("--zero-virial", raw.zero_virial,
               "Send zeros in place of the virial of a model that has none; the extras\n"
               "then say \"virial\": null. Without it such a model is refused")
      ->group(group);
  app.add_flag("--reproducible", raw.reproducible,
               "Energy, forces and virial the same in every bit for any number of\n"
               "ranks, any lattice vectors added to positions, and whatever was asked\n"
               "before; on CPUs of one kind. Pair potentials only. Positions and cell\n"
               "are rounded to 2^-30 bohr, and forces take longer (see README.md)")
      ->group(group);
  app.add_flag("--check", raw.check,
               "Compare the first request with brute force over all pairs or, if the\n"
               "model has no pair energies, forces and virial with differences of\n"
               "its energy (132 evaluations at most); report, and go on")
      ->group(group);
  app.add_option("--list-models", raw.list_of,
                 "Show the models with their options; with kim, the names of the OpenKIM\n"
                 "models that are installed here")
      ->expected(0, 1)
      ->option_text("[kim]")
      ->group(group);
}

void declare_patience_options(CLI::App& app, RawOptions& raw) {
  const char* group = "Patience (seconds; fractions are fine)";
  app.add_option("--wait", raw.wait, "Keep trying to connect this long. Default: 60")
      ->type_name("SECONDS")
      ->group(group);
  app.add_option("--timeout", raw.timeout,
                 "Give up when the server falls silent inside a message. Default: 60")
      ->type_name("SECONDS")
      ->group(group);
  app.add_option("--idle-timeout", raw.idle_timeout,
                 "Leave when the server asks nothing for so long. Default: never")
      ->type_name("SECONDS")
      ->group(group);
  app.add_option("--on-disconnect", raw.on_disconnect,
                 "When the server goes without EXIT: exit, or reconnect, which waits for\n"
                 "the next server with the model still loaded, each time for --wait\n"
                 "seconds. Default: exit")
      ->type_name("WHAT")
      ->group(group);
  app.add_option("--max-seconds", raw.max_seconds,
                 "Leave in order between requests when the program is this old")
      ->type_name("SECONDS")
      ->group(group);
  app.add_option("--stop-file", raw.stop_file,
                 "Leave in order between requests when FILE appears. SIGTERM, SIGINT\n"
                 "and SIGUSR1 do the same")
      ->type_name("FILE")
      ->group(group);
}

void declare_group_options(CLI::App& app, RawOptions& raw) {
  const char* group = "Groups (several engines in one launch)";
  app.add_option("--groups", raw.groups,
                 "Split the ranks into N groups. Each has a connection and a model of its\n"
                 "own; lines of group 2 begin with [2]. A group has ranks of one node, or,\n"
                 "of fewer groups than nodes, whole nodes: groups can differ in size.\n"
                 "{group} in -a, --stop-file and --stats is the number, for servers and\n"
                 "files of their own")
      ->option_text("N")
      ->group(group);
  app.add_option("--ranks-per-group", raw.ranks_per_group,
                 "Groups of M ranks each; as few as possible straddle nodes")
      ->option_text("M")
      ->group(group);
  app.add_flag("--fail-fast", raw.fail_fast,
               "When a group fails the others leave in order, between two requests;\n"
               "otherwise they serve their connections to the end")
      ->group(group);
}

void declare_waiting_options(CLI::App& app, RawOptions& raw) {
  app.add_option("--idle", raw.idle,
                 "How ranks other than 0 wait for the next request:\n"
                 "spin   awake; takes a core each, which the server may need\n"
                 "auto   awake for 50 us, or 1 ms after a short wait, then asleep; takes\n"
                 "       below 2 % of a core and some 50 us to wake up, on other nodes\n"
                 "       than rank 0's up to 1/16 of the wait or 1 ms (4 ms after 1 s)\n"
                 "sleep  asleep at once; the same price for each request\n"
                 "Default: auto")
      ->type_name("HOW")
      ->group("Waiting");
  // Not in the help: it is there for tests and benchmarks.
  app.add_option("--pretended-nodes", raw.pretended_nodes)->group("");
}

void declare_output_options(CLI::App& app, RawOptions& raw) {
  const char* group = "Output";
  app.add_option("--stats", raw.stats_file,
                 "At the end, write the closing summary to FILE as JSON, with percentiles\n"
                 "of timings, imbalance and memory of ranks, and bytes between nodes; see\n"
                 "apps/forcewire/STATS.md, and apps/forcewire/draw_stats for a picture")
      ->type_name("FILE")
      ->group(group);
  app.add_flag("-v,--verbose", raw.verbose,
               "A line of progress now and then: after 1, 2, 5, 10, 20, 30 s, then each\n"
               "minute, and at each request that takes a second; -vv: a line for each\n"
               "request, with timings")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->group(group);
  app.add_flag("-q,--quiet", raw.quiet, "Errors only")->group(group);
  app.add_flag("--help", raw.help, "This page")->group(group);
  app.add_flag("--version", raw.version, "Version, MPI library, Eigen, instruction set")
      ->group(group);
}

Endpoint make_endpoint(const RawOptions& raw) {
  const std::string& name = raw.host.empty() ? raw.address : raw.host;
  if (name.empty()) {
    throw UsageError(
        "empty address (-a; expected a host or the name of a UNIX socket). Leave -a out for "
        "localhost.");
  }
  if (raw.unix_socket) return unix_endpoint(name, raw.prefix);
  if (std::count(name.begin(), name.end(), ':') == 1) {  // several: IPv6
    throw UsageError(fmt::format(
        "bad address (-a; expected a host alone, got \"{}\"). The port goes into -p.", name));
  }
  const bool bracketed = name.size() > 2 && name.front() == '[' && name.back() == ']';
  return TcpEndpoint{bracketed ? name.substr(1, name.size() - 2) : name, parse_port(raw.port)};
}

/// One list out of what shells make of `-o a=1,b=2`, `-o a=1, b=2` and `-o a=1 -o b=2`.
std::string join_model_options(const std::vector<std::string>& words) {
  std::string list;
  for (std::string word : words) {
    while (!word.empty() && word.back() == ',') word.pop_back();
    if (!list.empty() && !word.empty() && word.front() != ',') list += ',';
    list += word;
  }
  return list;
}

Verbosity choose_verbosity(const RawOptions& raw) {
  if (raw.quiet) return Verbosity::quiet;
  if (raw.verbose == 0) return Verbosity::normal;
  return raw.verbose == 1 ? Verbosity::progress : Verbosity::requests;
}

std::optional<std::filesystem::path> optional_path(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

/// A name of nothing is a mistake, such as a variable of a script that is not set.
void check_file_is_named(const CLI::App& app, const char* option) {
  const auto& names = app.get_option(option)->results();
  if (names.empty() || !names.back().empty()) return;
  throw UsageError(
      fmt::format("empty file name ({}; expected a name, got \"\"). Leave {} out to do without.",
                  option, option));
}

CommandLine interpret(const RawOptions& raw) {
  if (raw.model.empty()) {
    std::string names;
    for (const ModelInfo& model : models()) {
      names += (names.empty() ? "" : ", ") + std::string(model.name);
    }
    throw UsageError(fmt::format(
        "no model (expected -m NAME, one of: {}). See forcewire --list-models.", names));
  }
  CommandLine result;
  result.endpoint = make_endpoint(raw);
  result.periodicity = parse_periodicity(raw.periodic);
  result.model = raw.model;
  result.model_options = join_model_options(raw.model_options);
  result.template_file = optional_path(raw.template_file);
  result.max_atoms = parse_max_atoms(raw.max_atoms);
  result.wait = parse_seconds("--wait", raw.wait);
  result.timeout = parse_seconds("--timeout", raw.timeout);
  result.idle_timeout = parse_optional_seconds("--idle-timeout", raw.idle_timeout);
  result.on_disconnect = parse_on_disconnect(raw.on_disconnect);
  result.max_time = parse_optional_seconds("--max-seconds", raw.max_seconds);
  result.stop_file = optional_path(raw.stop_file);
  result.groups = parse_optional_count("--groups", raw.groups);
  result.ranks_per_group = parse_optional_count("--ranks-per-group", raw.ranks_per_group);
  if (result.groups && result.ranks_per_group) {
    throw UsageError(
        "two ways to split the ranks (expected --groups or --ranks-per-group, got both). Leave one "
        "out.");
  }
  result.fail_fast = raw.fail_fast;
  result.idle = parse_idle(raw.idle);
  result.pretended_nodes = raw.pretended_nodes;
  result.zero_virial = raw.zero_virial;
  result.reproducible = raw.reproducible;
  result.check = raw.check;
  result.stats_file = optional_path(raw.stats_file);
  result.verbosity = choose_verbosity(raw);
  return result;
}

}  // namespace

std::variant<CommandLine, Page> parse_command_line(int argc, const char* const* argv) {
  if (argc <= 1) {
    throw UsageError(
        "nothing to do (expected at least a model, got no arguments). See forcewire --help.");
  }

  RawOptions raw;
  CLI::App app;
  app.set_help_flag();
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  declare_server_options(app, raw);
  declare_model_options(app, raw);
  declare_patience_options(app, raw);
  declare_group_options(app, raw);
  declare_waiting_options(app, raw);
  declare_output_options(app, raw);
  app.get_option("--options")->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    throw UsageError(fmt::format("{}. See forcewire --help.", error.what()));
  }

  const bool bare_h = app.get_option("-h")->count() > 0 && raw.host.empty();
  if (raw.help || bare_h) {
    return Page{raw.model.empty() ? help_page(app) : model_page(raw.model)};
  }
  if (raw.version) return Page{version_text()};
  if (app.get_option("--list-models")->count() > 0) {
    return Page{raw.list_of.empty() ? models_page() : models_page_of(raw.list_of)};
  }
  for (const char* option : {"--stop-file", "--stats"}) check_file_is_named(app, option);
  return interpret(raw);
}

}  // namespace forcewire
