#include "engine/parallel/force_exchange.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "engine/potentials/errors.hpp"

namespace forcewire {

ForceExchange::ForceExchange(const Communicator& world, const Communicator& node) : node_(node) {
  for (int rank = 0; rank < node.size(); ++rank) {
    mates_.push_back(node.broadcast_number(world.rank(), rank));
  }
}

ForceExchange::Routes ForceExchange::open(const VerletList& list, std::size_t natoms, Part part,
                                          Attempt& attempt) {
  Routes routes;
  if (node_.size() == 1) return routes;

  // A region begins with where the guests of each mate begin, and where those of the last end. To
  // open routes, it holds the places of the guests in the spatial order, small enough for doubles.
  std::vector<double> message;
  attempt([&] { message = sort_guests(list.guests(), natoms, part, routes.sent); });
  if (attempt.failure()) {
    message.clear();
    routes = {};
  }
  try {
    make_room(routes.sent.size());
  } catch (const PotentialFailure& failure) {  // on all ranks of the node
    attempt([&] { throw failure; });
    return {};
  }
  const std::span<double> own = region(static_cast<std::size_t>(node_.rank()));
  std::fill_n(own.begin(), header(), 0.0);
  std::copy(message.begin(), message.end(), own.begin());
  wait_for_all();
  attempt([&] { find_received(list, part.begin(natoms), routes.received); });
  wait_for_all();  // the places are read
  if (attempt.failure()) return {};
  return routes;
}

/// Slots of guests, sorted by the mates who own them.
/// @return what a region holds to open routes
std::vector<double> ForceExchange::sort_guests(std::span<const LocalAtoms::Guest> guests,
                                               std::size_t natoms, Part part,
                                               std::vector<std::int32_t>& slots) const {
  const auto mate_of = [&](const LocalAtoms::Guest& guest) {
    const int owner = part.owner(natoms, guest.place);
    return static_cast<std::size_t>(std::lower_bound(mates_.begin(), mates_.end(), owner) -
                                    mates_.begin());
  };
  std::vector<std::size_t> next(header(), 0);
  for (const LocalAtoms::Guest& guest : guests) ++next[mate_of(guest) + 1];
  std::partial_sum(next.begin(), next.end(), next.begin());
  std::vector<double> message(next.begin(), next.end());
  message.resize(header() + guests.size());
  slots.resize(guests.size());
  for (const LocalAtoms::Guest& guest : guests) {
    const std::size_t to = next[mate_of(guest)]++;
    slots[to] = guest.slot;
    message[header() + to] = static_cast<double>(guest.place);
  }
  return message;
}

/// Reads from the regions of all mates which of their guests are ours.
void ForceExchange::find_received(const VerletList& list, std::size_t first_place,
                                  std::vector<Routes::Received>& received) const {
  const auto self = static_cast<std::size_t>(node_.rank());
  for (std::size_t mate = 0; mate < mates_.size(); ++mate) {
    const std::span<const double> theirs = region(mate);
    const auto end = static_cast<std::size_t>(theirs[self + 1]);
    for (auto guest = static_cast<std::size_t>(theirs[self]); guest < end; ++guest) {
      const auto place = static_cast<std::size_t>(theirs[header() + guest]);
      received.push_back({static_cast<std::int32_t>(mate), static_cast<std::int32_t>(guest),
                          list.slot_by_place()[place - first_place]});
    }
  }
}

void ForceExchange::exchange(const Routes& routes, std::size_t width, std::span<double> forces) {
  if (capacity_ == 0) return;  // on all ranks of the node
  double* sent = region(static_cast<std::size_t>(node_.rank())).data() + header();
  if (forces.empty()) std::fill_n(sent, 3 * routes.sent.size(), 0.0);
  for (const std::int32_t slot : routes.sent) {
    if (forces.empty()) break;
    const double* from = &forces[force_offset(static_cast<std::size_t>(slot), width)];
    for (std::size_t axis = 0; axis < 3; ++axis) *sent++ = from[axis * width];
  }
  wait_for_all();
  if (forces.empty()) return;
  for (const Routes::Received& received : routes.received) {
    const double* from = region(static_cast<std::size_t>(received.mate)).data() + header() +
                         3 * static_cast<std::size_t>(received.guest);
    double* to = &forces[force_offset(static_cast<std::size_t>(received.slot), width)];
    for (std::size_t axis = 0; axis < 3; ++axis) to[axis * width] += from[axis];
  }
}

/// Sees to it that the region of each rank has room.
void ForceExchange::make_room(std::size_t guests) {
  // Those of a rank are fewer than its slots, whose numbers are int.
  const auto most = static_cast<std::size_t>(
      node_.max(static_cast<int>(std::min<std::size_t>(guests, std::numeric_limits<int>::max()))));
  if (most <= capacity_ && capacity_ > 0) return;
  const std::size_t capacity = most + most / 4 + 1;
  // The old memory stays until there is new: other lists have routes there.
  memory_ = SharedArray<double>(node_,
                                static_cast<std::size_t>(node_.size()) * (header() + 3 * capacity));
  capacity_ = capacity;
}

std::span<double> ForceExchange::region(std::size_t rank) const {
  return memory_.data().subspan(rank * region_size(), region_size());
}

void ForceExchange::wait_for_all() const {
  memory_.sync();
  node_.barrier();
  memory_.sync();
}

}  // namespace forcewire
