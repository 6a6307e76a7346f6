#include "apps/forcewire/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>
#include <vector>

#include "apps/forcewire/help_page.hpp"
#include "apps/forcewire/option_values.hpp"
#include "apps/forcewire/raw_options.hpp"
#include "apps/forcewire/usage_error.hpp"
#include "apps/forcewire/version.hpp"
#include "engine/potentials/registry.hpp"

namespace forcewire {

namespace {

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
  result.pretended_nodes =
      parse_optional_count("--pretended-nodes", raw.pretended_nodes).value_or(0);
  result.zero_virial = raw.zero_virial;
  result.reproducible = raw.reproducible;
  result.check = raw.check;
  result.stats_file = optional_path(raw.stats_file);
  result.verbosity = choose_verbosity(raw);
  return result;
}

}  // namespace

std::variant<CommandLine, Page> parse_command_line(int argc, const char* const* argv) {
  RawOptions raw;
  CLI::App app;
  declare_options(app, raw);
  return parse_command_line(argc, argv, app, raw);
}

std::variant<CommandLine, Page> parse_command_line(int argc, const char* const* argv, CLI::App& app,
                                                   const RawOptions& raw) {
  if (argc <= 1) {
    throw UsageError(
        "nothing to do (expected at least a model, got no arguments). See forcewire --help.");
  }
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
