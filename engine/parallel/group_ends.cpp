// Statuses travel in a collective operation that each rank begins when its group has ended; it
// cannot bring news before the last one has. A failure that others are to hear of at once is an
// empty message besides, from the root of the group to each other root. How many there were, all
// know in the end from the statuses, and none stays behind unread.

#include "engine/parallel/group_ends.hpp"

#include <algorithm>
#include <utility>

#include "engine/parallel/mpi_error.hpp"

namespace forcewire {

namespace {

constexpr int failure_tag = 0;
constexpr std::chrono::milliseconds look_interval{50};

}  // namespace

GroupEnds::GroupEnds(const Communicator& world, int group, bool in_haste)
    : world_(world), group_(group), group_count_(world.max(group) + 1), in_haste_(in_haste) {
  // The group's first rank, as it will be in any communicator that keeps the order.
  const std::vector<int> groups = world.gather_to_all(group);
  const auto first = std::find(groups.begin(), groups.end(), group) - groups.begin();
  const bool is_root = first == world.rank();
  Communicator part = world.split(is_root ? 0 : 1);
  if (is_root) roots_ = std::move(part);
}

std::optional<int> GroupEnds::failed() {
  if (!in_haste_ || failed_) return failed_;
  const auto now = Clock::now();
  if (now < next_look_) return std::nullopt;
  next_look_ = now + look_interval;
  int is_there = 0;
  MPI_Status status{};
  check_mpi(MPI_Iprobe(MPI_ANY_SOURCE, failure_tag, roots_->handle(), &is_there, &status),
            "MPI_Iprobe");
  if (is_there != 0) failed_ = status.MPI_SOURCE;
  return failed_;
}

std::vector<int> GroupEnds::wait_for_all(int status) {
  Pending told;
  if (in_haste_ && is_root() && status != 0) told = tell_failure();
  std::vector<int> statuses(static_cast<std::size_t>(group_count_));
  statuses[static_cast<std::size_t>(group_)] = status;
  world_.start_max(statuses).wait();
  if (in_haste_ && is_root()) {
    for (int group = 0; group < group_count_; ++group) {
      if (group != group_ && statuses[static_cast<std::size_t>(group)] != 0) take_notice_of(group);
    }
  }
  told.wait();
  return statuses;
}

Pending GroupEnds::tell_failure() const {
  std::vector<MPI_Request> requests;
  for (int group = 0; group < group_count_; ++group) {
    if (group == group_) continue;
    check_mpi(MPI_Isend(nullptr, 0, MPI_BYTE, group, failure_tag, roots_->handle(),
                        &requests.emplace_back(MPI_REQUEST_NULL)),
              "MPI_Isend");
  }
  return Pending(std::move(requests));
}

void GroupEnds::take_notice_of(int group) const {
  check_mpi(MPI_Recv(nullptr, 0, MPI_BYTE, group, failure_tag, roots_->handle(), MPI_STATUS_IGNORE),
            "MPI_Recv");
}

}  // namespace forcewire
