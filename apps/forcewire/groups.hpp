#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "apps/forcewire/command_line.hpp"
#include "apps/forcewire/exit_status.hpp"
#include "engine/parallel/communicator.hpp"
#include "engine/parallel/group_ends.hpp"
#include "engine/parallel/rank_groups.hpp"

namespace forcewire {

/// @throws UsageError when `ranks` ranks cannot be split as the user wants
void check_groups(const CommandLine& command, int ranks);

/// What the user wants of group `number`: its number is in the places of {group}.
CommandLine command_of_group(CommandLine command, int number);

/// The groups of a launch, as one rank sees them: each is an engine with a connection of its own.
/// People count them from 1. Without --groups and --ranks-per-group the launch is one group, which
/// has no name.
class Groups {
 public:
  /// @collective over `world`
  Groups(const Communicator& world, const CommandLine& command);

  /// The ranks of this rank's group.
  const Communicator& own() const { return own_ ? *own_ : world_; }

  /// The command for them.
  CommandLine command_for_own(CommandLine command) const;

  /// What their lines begin with: `[2] `.
  std::string prefix() const;

  /// Of all groups.
  const std::vector<GroupSize>& sizes() const { return sizes_; }

  /// The root of a group, which may ask often: why to leave, when another group has failed and the
  /// user wants that; otherwise nothing.
  std::string why_to_leave();

  /// This rank's group has ended so. Waits for all others.
  /// @return the status of each group
  /// @collective over the world
  std::vector<ExitStatus> wait_for_all(ExitStatus status);

 private:
  const Communicator& world_;
  int number_ = 0;  // from 0
  std::vector<GroupSize> sizes_;
  std::optional<Communicator> own_;
  std::optional<GroupEnds> ends_;
};

/// The status of the launch: that of the first group, by number, that failed.
ExitStatus status_of_launch(std::span<const ExitStatus> groups);

/// Which groups failed, if some did and they have names, for people.
std::optional<std::string> failed_groups(std::span<const ExitStatus> groups);

}  // namespace forcewire
