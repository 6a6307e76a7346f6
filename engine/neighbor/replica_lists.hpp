#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "engine/geometry/cell.hpp"
#include "engine/neighbor/local_atoms.hpp"
#include "engine/neighbor/skin.hpp"
#include "engine/neighbor/verlet_list.hpp"

namespace forcewire {

/// A rank's neighbour lists, one for each replica whose turn comes again.
///
/// A server sends the beads of a ring polymer one after the other and does not say which one comes:
/// a replica is known by its positions alone. Three questions are asked of a request, each only if
/// the one before it was answered with no:
///
/// 1. Does the list that is expected serve, perhaps in spite of a few fast atoms: the one that did
/// the last time after the present one?
///    For one structure that is the present list, and for replicas in turn that of the next one.
/// 2. Does another list serve?
/// 3. Is a list worn out by this replica, or is this another replica? It is the same if no atom is
///    farther than a quarter of the skin from where it was when the list *last served*; of many
///    atoms a sample is looked at, for replicas differ everywhere. Then a list like the old one,
///    built now, would have served that request too, with half of what it bears to spare, and so
///    nothing is lost by building it in the place of the old one. Otherwise a new list is opened.
///    How far atoms are from where the list was *built* could not tell the two:
///    that is half the skin for a list that is worn out, and may be little more for another bead.
///
/// So a run of one structure keeps one list, unless atoms move by a quarter of the skin in one
/// step; then no list lasts for more than two steps. Beads closer to each other than that share
/// one.
///
/// When there is no room for one more within the bounds below, a list makes way. The one that
/// served longest ago would be wrong for one bead more than there are lists: it is the next to be
/// asked for, and so is each that goes after it. So the list that was opened last goes, unless it
/// has come into use again: all others keep theirs, and of n beads with room for m lists m - 1 are
/// served each time. But not for ever: what has not served in four requests for each list there may
/// be belongs to a system that is gone, and the oldest goes first.
///
/// Lists for another number of atoms or other periodic axes stay, and serve again when these come
/// back.
///
/// Lists of different ranks that were built for the same request belong together, and are used
/// together or not at all. For that every answer is agreed on by all ranks: a list serves only if
/// it does on all, is worn out only if it is on all, and fits in the memory only if it does on all.
/// Nothing else goes into a decision. Whether a list serves is for VerletList::refresh to say.
class ReplicaLists {
 public:
  struct Bounds {
    int lists = 64;  ///< 1 to 64
    /// What lists may hold when one more is opened, on each rank; the new one comes on top, however
    /// large it is.
    std::size_t bytes = std::size_t{256} << 20U;
  };

  /// Given bits on each rank, the bits that are set on all of them. @collective
  using Agree = std::function<std::uint64_t(std::uint64_t)>;

  /// @param cutoff positive [bohr]
  /// @param skin of each new list; if it is adaptive, that of each list adapts to its own replica
  /// @param kinds see VerletList
  /// @throws std::invalid_argument when `bounds.lists` is not 1 to 64
  ReplicaLists(double cutoff, const Skin& skin, Bounds bounds,
               std::vector<AtomListKind> kinds = {});
  ReplicaLists(double cutoff, const Skin& skin) : ReplicaLists(cutoff, skin, Bounds{}) {}

  /// Makes the list that serves for `positions` the current one, brought up to them. If there is
  /// none, the current list must be rebuilt, on all ranks. Throws only what `agree` throws: no rank
  /// is missing in a vote.
  /// @return whether one serves; the same on all ranks
  /// @collective
  bool find(const Cell& cell, std::span<const double> positions, const Agree& agree);

  /// Builds the current list, as VerletList::rebuild does, after `find` has said that none serves.
  /// When it throws, on this rank or another, the list serves for nothing.
  void rebuild(const Cell& cell, std::span<const double> positions,
               std::span<const std::int32_t> species, const SpatialOrder& order, Part part,
               std::span<const int> mates = {});

  /// Forgets the current list, when it cannot be used though it was built.
  void discard_current() { slots_[current_].list.discard(); }

  /// The list for the last request.
  const VerletList& current() const { return slots_[current_].list; }

  /// Its number, below `Bounds::lists`.
  std::size_t current_number() const { return current_; }

  /// How many lists are kept.
  int count() const { return std::popcount(open_); }

  /// Memory that all of them hold.
  std::size_t bytes() const;

 private:
  using Mask = std::uint64_t;  // a bit for each slot
  static constexpr std::size_t most_lists = std::numeric_limits<Mask>::digits;

  struct Slot {
    VerletList list;
    std::size_t next;            // the slot that served after this one, last time
    std::uint64_t last_use = 0;  // number of the request
    std::int64_t uses = 0;       // since it was built
    bool came_again = false;     // its replica did, since it was opened
  };

  static Mask bit(std::size_t slot) { return Mask{1} << slot; }
  static bool serves(VerletList& list, const Cell& cell, std::span<const double> positions,
                     const Agree& agree);
  Mask refresh_all_but(std::size_t expected, const Cell& cell, std::span<const double> positions);
  Mask near(const Cell& cell, std::span<const double> positions) const;
  Mask fitting() const;
  bool newest_makes_way() const;
  std::array<std::uint64_t, most_lists> worth() const;
  void open(Mask keep);
  void use(std::size_t slot);

  double cutoff_;
  Skin skin_;
  std::vector<AtomListKind> kinds_;
  std::size_t most_bytes_;
  std::vector<Slot> slots_;  // as many as lists are allowed, most of them empty
  Mask open_ = 0;            // slots with a list; the same on all ranks, even if a rebuild failed
  std::size_t current_ = 0;
  std::size_t newest_ = 0;  // the slot that was opened last
  std::uint64_t requests_ = 0;
};

}  // namespace forcewire
