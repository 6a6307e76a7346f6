#include "engine/parallel/available_memory.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace forcewire {

namespace {

using std::filesystem::path;

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

/// The number a file begins with; nothing when it is missing or says `max`.
std::optional<std::size_t> read_number(const path& file) {
  std::ifstream stream(file);
  std::size_t number = 0;
  if (stream >> number) return number;
  return std::nullopt;
}

/// The number behind `name` in a file of names and numbers.
std::optional<std::size_t> find_number(const path& file, std::string_view name) {
  std::ifstream stream(file);
  std::size_t number = 0;
  for (std::string word; stream >> word;) {
    if (word == name && stream >> number) return number;
  }
  return std::nullopt;
}

std::size_t available_on_node(const path& root) {
  const auto kibibytes = find_number(root / "proc/meminfo", "MemAvailable:");
  return kibibytes ? *kibibytes * 1024 : no_limit;
}

/// What the files of a version of cgroups are called.
struct CgroupFiles {
  std::string_view mount;
  std::string_view limit;
  std::string_view usage;
  std::string_view inactive_cache;  // in memory.stat
  std::string_view active_cache;
};

constexpr CgroupFiles version_1{"sys/fs/cgroup/memory", "memory.limit_in_bytes",
                                "memory.usage_in_bytes", "total_inactive_file",
                                "total_active_file"};
constexpr CgroupFiles version_2{"sys/fs/cgroup", "memory.max", "memory.current", "inactive_file",
                                "active_file"};

std::size_t available_in_group(const path& group, const CgroupFiles& files) {
  const auto limit = read_number(group / files.limit);
  if (!limit) return no_limit;
  const path statistics = group / "memory.stat";
  const std::size_t usage = read_number(group / files.usage).value_or(0);
  const std::size_t cache = find_number(statistics, files.inactive_cache).value_or(0) +
                            find_number(statistics, files.active_cache).value_or(0);
  const std::size_t in_use = usage - std::min(usage, cache);
  return *limit - std::min(*limit, in_use);
}

/// The least of a group and all around it. In a container the path may be the host's, of which only
/// the topmost group exists here: it is the container's own.
std::size_t available_in_groups(const path& root, std::string_view group,
                                const CgroupFiles& files) {
  std::size_t available = no_limit;
  path relative = path(group).relative_path();
  for (;;) {
    available = std::min(available, available_in_group(root / files.mount / relative, files));
    if (relative.empty()) return available;
    relative = relative.parent_path();
  }
}

/// Is `name` one of `names`, which commas separate?
bool is_among(std::string_view names, std::string_view name) {
  for (;;) {
    const std::size_t comma = names.find(',');
    if (names.substr(0, comma) == name) return true;
    if (comma == std::string_view::npos) return false;
    names.remove_prefix(comma + 1);
  }
}

/// Each line of /proc/self/cgroup is `ID:CONTROLLERS:PATH`; version 2 has no controllers there.
std::size_t available_in_cgroups(const path& root) {
  std::size_t available = no_limit;
  std::ifstream stream(root / "proc/self/cgroup");
  for (std::string line; std::getline(stream, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string_view controllers =
        std::string_view(line).substr(first + 1, second - first - 1);
    const std::string_view group = std::string_view(line).substr(second + 1);
    if (controllers.empty()) {
      available = std::min(available, available_in_groups(root, group, version_2));
    } else if (is_among(controllers, "memory")) {
      available = std::min(available, available_in_groups(root, group, version_1));
    }
  }
  return available;
}

}  // namespace

std::size_t available_memory(const path& root) {
  return std::min(available_on_node(root), available_in_cgroups(root));
}

}  // namespace forcewire
