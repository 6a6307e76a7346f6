#include "engine/neighbor/replica_lists.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace forcewire {

namespace {

constexpr double near_fraction = 0.25;  // of the skin; the header says why

// In requests for each list: beads that are four times as many still find a quarter of their lists.
constexpr std::uint64_t patience = 4;

std::size_t lowest(std::uint64_t mask) { return static_cast<std::size_t>(std::countr_zero(mask)); }

}  // namespace

ReplicaLists::ReplicaLists(double cutoff, const Skin& skin, Bounds bounds,
                           std::vector<AtomListKind> kinds)
    : cutoff_(cutoff), skin_(skin), kinds_(std::move(kinds)), most_bytes_(bounds.bytes) {
  if (bounds.lists < 1 || bounds.lists > static_cast<int>(most_lists)) {
    throw std::invalid_argument(
        fmt::format("{} lists for replicas, expected 1 to {}", bounds.lists, most_lists));
  }
  // All of them now: find must not allocate, for it must not throw.
  for (std::size_t slot = 0; slot < static_cast<std::size_t>(bounds.lists); ++slot) {
    slots_.push_back({VerletList(cutoff_, skin_, kinds_), slot});
  }
}

/// Does a list serve on all ranks? If not, it is left as it was.
bool ReplicaLists::serves(VerletList& list, const Cell& cell, std::span<const double> positions,
                          const Agree& agree) {
  using Serves = VerletList::Serves;
  constexpr Mask yes = 1;
  constexpr Mask perhaps = 2;
  const Serves here = list.refresh(cell, positions);
  const Mask everywhere =
      agree((here == Serves::yes ? yes : 0) | (here != Serves::no ? perhaps : 0));
  if ((everywhere & yes) != 0) return true;
  // Also where all are slow: an atom of another rank may be fast.
  if ((everywhere & perhaps) != 0 && agree(list.lists_all_pairs() ? yes : 0) != 0) return true;
  if (here != Serves::no) list.undo_refresh();
  return false;
}

bool ReplicaLists::find(const Cell& cell, std::span<const double> positions, const Agree& agree) {
  ++requests_;
  const std::size_t expected = slots_[current_].next;
  if (serves(slots_[expected].list, cell, positions, agree)) {
    use(expected);
    return true;
  }

  if ((open_ & ~bit(expected)) != 0) {
    const Mask serve_here = refresh_all_but(expected, cell, positions);
    const Mask serve = agree(serve_here);
    const Mask chosen = serve & (~serve + 1);  // the lowest bit
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
      if ((serve_here & ~chosen & bit(slot)) != 0) slots_[slot].list.undo_refresh();
    }
    if (serve != 0) {
      use(lowest(serve));
      return true;
    }
  }

  const Mask worn_out = open_ == 0 ? 0 : agree(near(cell, positions));
  if (worn_out != 0) {
    Slot& slot = slots_[lowest(worn_out)];
    slot.list.adapt_skin(slot.uses);
    use(lowest(worn_out));
  } else {
    open(open_ == 0 ? 0 : agree(fitting()));
  }
  // Here and not in rebuild: a rank that does not come that far must not be left with a list that
  // belongs to no other.
  slots_[current_].list.discard();
  slots_[current_].uses = 1;
  return false;
}

void ReplicaLists::rebuild(const Cell& cell, std::span<const double> positions,
                           std::span<const std::int32_t> species, const SpatialOrder& order,
                           Part part, std::span<const int> mates) {
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    VerletList& list = slots_[slot].list;
    if ((open_ & bit(slot)) == 0 && list.bytes() > 0) list = VerletList(cutoff_, skin_, kinds_);
  }
  slots_[current_].list.rebuild(cell, positions, species, order, part, mates);
}

std::size_t ReplicaLists::bytes() const {
  std::size_t sum = 0;
  for (const Slot& slot : slots_) sum += slot.list.bytes();
  return sum;
}

/// @return those that serve here; most of the others are not touched
ReplicaLists::Mask ReplicaLists::refresh_all_but(std::size_t expected, const Cell& cell,
                                                 std::span<const double> positions) {
  Mask serve = 0;
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    VerletList& list = slots_[slot].list;
    if (slot == expected || !list.may_serve(cell, positions)) continue;
    const VerletList::Serves here = list.refresh(cell, positions);
    if (here == VerletList::Serves::yes) serve |= bit(slot);
    if (here == VerletList::Serves::perhaps) list.undo_refresh();
  }
  return serve;
}

ReplicaLists::Mask ReplicaLists::near(const Cell& cell, std::span<const double> positions) const {
  Mask result = 0;
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    const VerletList& list = slots_[slot].list;
    if (list.is_near(cell, positions, near_fraction * list.skin())) result |= bit(slot);
  }
  return result;
}

/// The lists that there is memory for on this rank when the most worth come first. Not among them
/// are those whose rebuild failed.
ReplicaLists::Mask ReplicaLists::fitting() const {
  std::array<std::size_t, most_lists> order{};
  std::size_t count = 0;
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].list.exists()) order[count++] = slot;
  }
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(count);
  const auto worth = this->worth();
  std::sort(order.begin(), end,
            [&worth](std::size_t a, std::size_t b) { return worth[a] > worth[b]; });
  Mask result = 0;
  std::size_t bytes = 0;
  for (std::size_t at = 0; at < count; ++at) {
    bytes += slots_[order[at]].list.bytes();
    if (bytes > most_bytes_) break;
    result |= bit(order[at]);
  }
  return result;
}

/// Before the one that served longest ago?
bool ReplicaLists::newest_makes_way() const {
  if (slots_[newest_].came_again) return false;
  std::uint64_t oldest = requests_;
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if ((open_ & bit(slot)) != 0) oldest = std::min(oldest, slots_[slot].last_use);
  }
  return requests_ - oldest <= patience * slots_.size();
}

/// Of each slot: the list that is worth least makes way first.
std::array<std::uint64_t, ReplicaLists::most_lists> ReplicaLists::worth() const {
  std::array<std::uint64_t, most_lists> result{};
  std::ranges::transform(slots_, result.begin(), &Slot::last_use);
  if (newest_makes_way()) result[newest_] = 0;
  return result;
}

/// Takes a slot for a new list, and drops all lists but those in `keep`.
void ReplicaLists::open(Mask keep) {
  const auto rank = [keep, worth = worth()](std::size_t slot) {
    return std::pair((keep & bit(slot)) != 0, worth[slot]);
  };
  std::size_t chosen = 0;
  for (std::size_t slot = 1; slot < slots_.size(); ++slot) {
    if (rank(slot) < rank(chosen)) chosen = slot;
  }
  open_ = keep | bit(chosen);
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if ((open_ & bit(slot)) == 0) slots_[slot].list.discard();
  }
  slots_[chosen].list.set_skin(skin_);  // not that of the replica that makes way
  use(chosen);
  slots_[chosen].next = chosen;  // until known better
  slots_[chosen].came_again = false;
  newest_ = chosen;
}

void ReplicaLists::use(std::size_t slot) {
  slots_[current_].next = slot;
  slots_[slot].last_use = requests_;
  slots_[slot].came_again = true;
  ++slots_[slot].uses;
  current_ = slot;
}

}  // namespace forcewire
