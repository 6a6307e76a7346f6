// The command line. Input: one argument on each line.
//
// What is understood can be said again in full, and is understood as the same.

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "apps/forcewire/command_line.hpp"
#include "apps/forcewire/raw_options.hpp"
#include "tests/fuzz/expectation.hpp"

using namespace forcewire;

namespace {

using Arguments = std::vector<std::string>;

Arguments split(std::string_view text) {
  Arguments arguments{"forcewire"};
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    arguments.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return arguments;
}

std::vector<const char*> pointers_to(const Arguments& arguments) {
  std::vector<const char*> pointers;
  for (const std::string& argument : arguments) pointers.push_back(argument.c_str());
  return pointers;
}

using Wish = std::variant<CommandLine, Page>;

/// What the program makes of them.
Wish parse(const Arguments& arguments) {
  const auto pointers = pointers_to(arguments);
  return parse_command_line(static_cast<int>(pointers.size()), pointers.data());
}

/// The same in a sixth of the time: the options are declared once.
class Parser : CLI::App {
 public:
  Parser() { declare_options(*this, raw_); }

  Wish operator()(const Arguments& arguments) {
    raw_ = RawOptions();
    parse_order_.clear();  // all that CLI11 does not forget by itself
    const auto pointers = pointers_to(arguments);
    return parse_command_line(static_cast<int>(pointers.size()), pointers.data(), *this, raw_);
  }

 private:
  RawOptions raw_;
};

/// To milliseconds: a double has no room for the nanoseconds of years.
std::string seconds(std::chrono::nanoseconds time) {
  return fmt::format("{}e-3", std::chrono::round<std::chrono::milliseconds>(time).count());
}

/// All that it says, in one way.
Arguments spell(const CommandLine& command) {
  Arguments arguments{"forcewire", "--model=" + command.model};
  const auto add = [&](const std::string& option, const std::string& value) {
    arguments.push_back(option + "=" + value);
  };
  if (const auto* tcp = std::get_if<TcpEndpoint>(&command.endpoint)) {
    add("--address", "[" + tcp->host + "]");
    add("--port", std::to_string(tcp->port));
  } else {
    arguments.insert(arguments.end(), {"--unix", "--sockets-prefix", ""});
    add("--address", std::get<UnixEndpoint>(command.endpoint).path);
  }
  add("--periodic", command.periodicity.to_string());
  if (!command.model_options.empty()) add("--options", command.model_options);
  if (command.template_file) add("--template", command.template_file->string());
  add("--max-atoms", std::to_string(command.max_atoms));
  add("--wait", seconds(command.wait));
  add("--timeout", seconds(command.timeout));
  if (command.idle_timeout) add("--idle-timeout", seconds(*command.idle_timeout));
  if (command.max_time) add("--max-seconds", seconds(*command.max_time));
  if (command.stop_file) add("--stop-file", command.stop_file->string());
  if (command.on_disconnect == OnDisconnect::reconnect) add("--on-disconnect", "reconnect");
  if (command.groups) add("--groups", std::to_string(*command.groups));
  if (command.ranks_per_group) add("--ranks-per-group", std::to_string(*command.ranks_per_group));
  if (command.fail_fast) arguments.emplace_back("--fail-fast");
  if (command.stats_file) add("--stats", command.stats_file->string());
  if (command.idle == Idle::spin) add("--idle", "spin");
  if (command.idle == Idle::sleep) add("--idle", "sleep");
  if (command.pretended_nodes > 0) {
    add("--pretended-nodes", std::to_string(command.pretended_nodes));
  }
  if (command.zero_virial) arguments.emplace_back("--zero-virial");
  if (command.reproducible) arguments.emplace_back("--reproducible");
  if (command.check) arguments.emplace_back("--check");
  if (command.verbosity == Verbosity::quiet) arguments.emplace_back("--quiet");
  if (command.verbosity >= Verbosity::progress) arguments.emplace_back("--verbose");
  if (command.verbosity >= Verbosity::requests) arguments.emplace_back("--verbose");
  return arguments;
}

/// What comes of it, to compare: nothing, a page, or all that a command line says.
Arguments outcome(const std::optional<Wish>& wish) {
  if (!wish) return {};
  if (const auto* page = std::get_if<Page>(&*wish)) return {page->text};
  return spell(std::get<CommandLine>(*wish));
}

/// It may ask for a page. `-h` may stand behind flags, as in `-uh`.
bool wants_page(std::string_view argument) {
  if (argument.starts_with("--")) {
    return argument.starts_with("--help") || argument.starts_with("--list-models");
  }
  return argument.starts_with('-') && argument.find('h') != std::string_view::npos;
}

/// `--help` of a plug-in loads it, and `--list-models kim` asks KIM: neither is about reading.
bool asks_others(const Arguments& arguments) {
  return std::ranges::any_of(arguments, [](std::string_view argument) {
    return argument.find("kim") != std::string_view::npos ||
           argument.find(".so") != std::string_view::npos ||
           argument.find('/') != std::string_view::npos;
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.find('\0') != std::string_view::npos) return 0;  // no argument holds one
  const Arguments arguments = split(text);
  if (std::ranges::any_of(arguments, wants_page) && asks_others(arguments)) return 0;
  static Parser parser;
  const auto wish = unless_refused([&] { return parser(arguments); });
  if (std::hash<std::string_view>{}(text) % 64 == 0) {  // more would take longer than all else
    const auto programs = unless_refused([&] { return parse(arguments); });
    expect(outcome(wish) == outcome(programs), "what the program makes of them");
  }
  if (!wish) return 0;
  if (const auto* page = std::get_if<Page>(&*wish)) {
    expect(!page->text.empty() && page->text.back() == '\n', "a page of lines");
    return 0;
  }
  const Arguments spelled = spell(std::get<CommandLine>(*wish));
  const auto again = parser(spelled);
  expect(std::holds_alternative<CommandLine>(again), "a command line again");
  expect(spell(std::get<CommandLine>(again)) == spelled, "the same command line");
  return 0;
}
