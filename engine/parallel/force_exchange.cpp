#include "engine/parallel/force_exchange.hpp"

#include <algorithm>
#include <limits>

#include "engine/potentials/errors.hpp"

namespace forcewire {

namespace {

/// Where x of a slot is among forces; y and z are `width` on each.
std::size_t offset(std::int32_t slot, std::size_t width) {
  const auto index = static_cast<std::size_t>(slot);
  return 3 * width * (index / width) + index % width;
}

}  // namespace

ForceExchange::ForceExchange(const Communicator& world, const Communicator& node) : node_(node) {
  for (int rank = 0; rank < node.size(); ++rank) {
    mates_.push_back(node.broadcast_number(world.rank(), rank));
  }
}

ForceExchange::Routes ForceExchange::open(const VerletList* list, std::size_t natoms, Part part) {
  const std::span<const LocalAtoms::Guest> guests =
      list != nullptr ? list->guests() : std::span<const LocalAtoms::Guest>();
  make_room(guests.size());

  // A region begins with where the guests of each mate begin, and where those of the last end. To
  // open routes, it holds the places of the guests in the spatial order. They are small enough to
  // be doubles.
  const std::span<double> own = region(static_cast<std::size_t>(node_.rank()));
  const auto mate_of = [&](const LocalAtoms::Guest& guest) {
    const int owner = part.owner(natoms, guest.place);
    return static_cast<std::size_t>(std::lower_bound(mates_.begin(), mates_.end(), owner) -
                                    mates_.begin());
  };
  std::vector<std::size_t> next(header(), 0);
  for (const LocalAtoms::Guest& guest : guests) ++next[mate_of(guest) + 1];
  for (std::size_t mate = 1; mate < next.size(); ++mate) next[mate] += next[mate - 1];
  std::copy(next.begin(), next.end(), own.begin());
  Routes routes;
  routes.sent.resize(guests.size());
  for (const LocalAtoms::Guest& guest : guests) {
    const std::size_t to = next[mate_of(guest)]++;
    routes.sent[to] = guest.slot;
    own[header() + to] = static_cast<double>(guest.place);
  }
  wait_for_all();

  for (std::size_t mate = 0; mate < mates_.size(); ++mate) {
    if (list == nullptr) break;
    const std::span<const double> theirs = region(mate);
    const auto begin = static_cast<std::size_t>(theirs[static_cast<std::size_t>(node_.rank())]);
    const auto end = static_cast<std::size_t>(theirs[static_cast<std::size_t>(node_.rank()) + 1]);
    for (std::size_t at = begin; at < end; ++at) {
      const auto place = static_cast<std::size_t>(theirs[header() + at]);
      routes.received.push_back({static_cast<std::int32_t>(mate), static_cast<std::int32_t>(at),
                                 list->slot_by_place()[place - part.begin(natoms)]});
    }
  }
  wait_for_all();  // the places are read
  return routes;
}

void ForceExchange::exchange(const Routes& routes, std::size_t width, std::span<double> forces) {
  if (node_.size() == 1) return;
  double* sent = region(static_cast<std::size_t>(node_.rank())).data() + header();
  if (forces.empty()) std::fill_n(sent, 3 * routes.sent.size(), 0.0);
  for (const std::int32_t slot : routes.sent) {
    if (forces.empty()) break;
    const double* from = &forces[offset(slot, width)];
    for (std::size_t axis = 0; axis < 3; ++axis) *sent++ = from[axis * width];
  }
  wait_for_all();
  if (forces.empty()) return;
  for (const Routes::Received& received : routes.received) {
    const double* from = region(static_cast<std::size_t>(received.mate)).data() + header() +
                         3 * static_cast<std::size_t>(received.guest);
    double* to = &forces[offset(received.slot, width)];
    for (std::size_t axis = 0; axis < 3; ++axis) to[axis * width] += from[axis];
  }
}

/// Sees to it that the region of each rank has room.
void ForceExchange::make_room(std::size_t guests) {
  // Those of a rank are fewer than its slots, whose numbers are int.
  const auto most = static_cast<std::size_t>(
      node_.max(static_cast<int>(std::min<std::size_t>(guests, std::numeric_limits<int>::max()))));
  if (most <= capacity_ && capacity_ > 0) return;
  memory_ = {};
  capacity_ = 0;
  const std::size_t capacity = most + most / 4 + 1;
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
