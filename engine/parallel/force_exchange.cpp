#include "engine/parallel/force_exchange.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "engine/parallel/finite_force.hpp"
#include "engine/potentials/errors.hpp"

namespace forcewire {

ForceExchange::ForceExchange(const Communicator& ranks, const Communicator& node)
    : node_(node), mates_(node.gather_to_all(ranks.rank())) {}

ForceExchange::Routes ForceExchange::open(const VerletList& list,
                                          std::span<const std::int32_t> atoms, Part part,
                                          Attempt& attempt) {
  Routes routes;
  if (node_.size() == 1 && list.guests().empty()) return routes;

  // A region begins with where the guests of each mate begin, and where those of the last end. To
  // open routes, it holds the places of the guests in the spatial order, small enough for doubles.
  std::vector<double> message;
  attempt([&] { message = sort_guests(list.guests(), atoms.size(), part, routes.sent); });
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
  attempt([&] { find_received(list, atoms, part, routes); });
  wait_for_all();  // the places are read
  if (attempt.failure()) return {};
  return routes;
}

/// The mate who takes the force on a guest: its owner, or anyone if that is none of them.
std::size_t ForceExchange::taker(std::size_t place, std::size_t natoms, Part part) const {
  const auto owner = std::ranges::lower_bound(mates_, part.owner(natoms, place));
  if (owner != mates_.end() && *owner == part.owner(natoms, place)) {
    return static_cast<std::size_t>(owner - mates_.begin());
  }
  return place % mates_.size();
}

/// Slots of guests, sorted by the mates who take them.
/// @return what a region holds to open routes
std::vector<double> ForceExchange::sort_guests(std::span<const LocalAtoms::Guest> guests,
                                               std::size_t natoms, Part part,
                                               std::vector<std::int32_t>& slots) const {
  const auto mate_of = [&](const LocalAtoms::Guest& guest) {
    return taker(guest.place, natoms, part);
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

/// Reads from the regions of all mates which of their guests we take.
void ForceExchange::find_received(const VerletList& list, std::span<const std::int32_t> atoms,
                                  Part part, Routes& routes) const {
  const std::size_t first = part.begin(atoms.size());
  const std::size_t last = part.end(atoms.size());
  const auto self = static_cast<std::size_t>(node_.rank());
  for (std::size_t mate = 0; mate < mates_.size(); ++mate) {
    const std::span<const double> theirs = region(mate);
    const auto end = static_cast<std::size_t>(theirs[self + 1]);
    for (auto guest = static_cast<std::size_t>(theirs[self]); guest < end; ++guest) {
      const auto place = static_cast<std::size_t>(theirs[header() + guest]);
      const bool is_owned = first <= place && place < last;
      (is_owned ? routes.received : routes.foreign)
          .push_back({static_cast<std::int32_t>(mate), static_cast<std::int32_t>(guest),
                      is_owned ? list.slot_by_place()[place - first] : atoms[place]});
    }
  }
}

void ForceExchange::exchange(const Routes& routes, std::size_t width, std::span<double> forces,
                             std::span<double> node_forces) {
  if (capacity_ == 0) return;  // on all ranks of the node
  double* sent = region(static_cast<std::size_t>(node_.rank())).data() + header();
  if (forces.empty()) std::fill_n(sent, 3 * routes.sent.size(), 0.0);
  for (const std::int32_t slot : routes.sent) {
    if (forces.empty()) break;
    const double* from = &forces[force_offset(static_cast<std::size_t>(slot), width)];
    for (std::size_t axis = 0; axis < 3; ++axis) *sent++ = from[axis * width];
  }
  wait_for_all();
  const auto force_on_guest = [this](const Routes::Received& received) {
    return region(static_cast<std::size_t>(received.mate)).data() + header() +
           3 * static_cast<std::size_t>(received.guest);
  };
  for (const Routes::Received& foreign : routes.foreign) {
    const double* from = force_on_guest(foreign);
    double* to = &node_forces[3 * static_cast<std::size_t>(foreign.slot)];
    for (std::size_t axis = 0; axis < 3; ++axis) to[axis] += from[axis];
  }
  if (forces.empty()) return;
  for (const Routes::Received& received : routes.received) {
    const double* from = force_on_guest(received);
    double* to = &forces[force_offset(static_cast<std::size_t>(received.slot), width)];
    for (std::size_t axis = 0; axis < 3; ++axis) to[axis * width] += from[axis];
  }
}

void ForceExchange::check_foreign(const Routes& routes, std::span<const double> node_forces) {
  for (const Routes::Received& foreign : routes.foreign) {
    expect_finite_force(node_forces, foreign.slot);
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
