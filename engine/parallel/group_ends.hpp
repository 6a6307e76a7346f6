#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "engine/parallel/communicator.hpp"

namespace forcewire {

/// What the groups of a launch tell each other: that they have ended, and how.
///
/// They have nothing else in common. One may end hours before another, and all ranks must stay to
/// the last: MPI ends for all of them together.
class GroupEnds {
 public:
  /// Groups are numbered from 0 in the order of their first ranks, which are their roots.
  /// @param in_haste each group is told at once of one that has failed
  /// @collective over `world`
  GroupEnds(const Communicator& world, int group, bool in_haste);

  /// The root of a group: which other group has failed, if one has and they are in haste? Cheap
  /// enough to be asked thousands of times a second.
  std::optional<int> failed();

  /// This group has ended. Waits for all others, and takes next to nothing of a core meanwhile.
  /// @param status of this group, 0 or positive: 0 unless it has failed
  /// @return the status of each group, on all ranks
  /// @collective over `world`
  std::vector<int> wait_for_all(int status);

 private:
  using Clock = std::chrono::steady_clock;

  bool is_root() const { return roots_.has_value(); }
  Pending tell_failure() const;
  void take_notice_of(int group) const;

  const Communicator& world_;
  int group_;
  int group_count_;
  bool in_haste_;
  std::optional<Communicator> roots_;  // in the order of their groups; only a root has it
  std::optional<int> failed_;
  Clock::time_point next_look_{};
};

}  // namespace forcewire
