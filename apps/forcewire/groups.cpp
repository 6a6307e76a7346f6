#include "apps/forcewire/groups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>
#include <variant>

#include "apps/forcewire/usage_error.hpp"
#include "engine/parallel/node_layout.hpp"

namespace forcewire {

namespace {

bool are_wanted(const CommandLine& command) { return command.groups || command.ranks_per_group; }

bool may_be_several(const CommandLine& command, int ranks) {
  return command.groups.value_or(1) > 1 || command.ranks_per_group.value_or(ranks) < ranks;
}

std::vector<int> split(const CommandLine& command, std::span<const int> nodes) {
  if (command.groups) return split_into_groups(nodes, *command.groups);
  return split_into_equal_groups(nodes, *command.ranks_per_group);
}

/// Where the number of a group belongs.
constexpr std::string_view place = "{group}";

void put_number(std::string& text, int number) {
  const std::string digits = std::to_string(number);
  for (auto at = text.find(place); at != std::string::npos; at = text.find(place, at)) {
    text.replace(at, place.size(), digits);
  }
}

void put_number(std::optional<std::filesystem::path>& path, int number) {
  if (!path) return;
  std::string text = path->string();
  put_number(text, number);
  path = text;
}

}  // namespace

void check_groups(const CommandLine& command, int ranks) {
  if (command.groups && *command.groups > ranks) {
    throw UsageError(fmt::format(
        "more groups than ranks (--groups; expected 1 to {}, got {}). Start more ranks, or ask for "
        "fewer groups.",
        ranks, *command.groups));
  }
  if (command.ranks_per_group && ranks % *command.ranks_per_group != 0) {
    throw UsageError(fmt::format(
        "{} ranks cannot be split into groups of {} (--ranks-per-group; expected a divisor of the "
        "number of ranks, got {}). Start another number of ranks, or use --groups, whose groups "
        "may differ.",
        ranks, *command.ranks_per_group, *command.ranks_per_group));
  }
  if (may_be_several(command, ranks) && command.stats_file &&
      command.stats_file->string().find(place) == std::string::npos) {
    throw UsageError(fmt::format(
        "groups would write over each other's statistics (--stats; expected {} in the name, got "
        "{}). Write for example --stats stats-{}.json.",
        place, command.stats_file->string(), place));
  }
}

CommandLine command_of_group(CommandLine command, int number) {
  if (auto* unix_socket = std::get_if<UnixEndpoint>(&command.endpoint)) {
    put_number(unix_socket->path, number);
  } else {
    put_number(std::get<TcpEndpoint>(command.endpoint).host, number);
  }
  put_number(command.stop_file, number);
  put_number(command.stats_file, number);
  return command;
}

Groups::Groups(const Communicator& world, const CommandLine& command) : world_(world) {
  if (!are_wanted(command)) return;
  const std::vector<int> nodes = nodes_of_ranks(world, command.pretended_nodes);
  const std::vector<int> groups = split(command, nodes);
  number_ = groups[static_cast<std::size_t>(world.rank())];
  sizes_ = sizes_of_groups(nodes, groups);
  own_ = world.split(number_);
  ends_.emplace(world, number_, command.fail_fast);
}

CommandLine Groups::command_for_own(CommandLine command) const {
  if (!own_) return command;
  command = command_of_group(std::move(command), number_ + 1);
  if (command.pretended_nodes > 0) {
    command.pretended_nodes = sizes_[static_cast<std::size_t>(number_)].nodes;
  }
  return command;
}

std::string Groups::prefix() const { return own_ ? fmt::format("[{}] ", number_ + 1) : ""; }

std::string Groups::why_to_leave() {
  if (!ends_) return {};
  const std::optional<int> failed = ends_->failed();
  return failed ? fmt::format("group {} failed (--fail-fast)", *failed + 1) : "";
}

std::vector<ExitStatus> Groups::wait_for_all(ExitStatus status) {
  if (!ends_) return {status};
  std::vector<ExitStatus> result;
  for (const int each : ends_->wait_for_all(static_cast<int>(status))) {
    result.push_back(static_cast<ExitStatus>(each));
  }
  return result;
}

ExitStatus status_of_launch(std::span<const ExitStatus> groups) {
  const auto failed = std::find_if(groups.begin(), groups.end(),
                                   [](ExitStatus status) { return status != ExitStatus::success; });
  return failed == groups.end() ? ExitStatus::success : *failed;
}

std::optional<std::string> failed_groups(std::span<const ExitStatus> groups) {
  std::string list;
  int count = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (groups[i] == ExitStatus::success) continue;
    ++count;
    list += fmt::format("{}{} (status {})", list.empty() ? "" : ", ", i + 1,
                        static_cast<int>(groups[i]));
  }
  if (count == 0 || groups.size() == 1) return std::nullopt;
  return fmt::format("{} of {} groups failed: {}", count, groups.size(), list);
}

}  // namespace forcewire
