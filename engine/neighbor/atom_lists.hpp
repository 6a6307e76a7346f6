#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "engine/kernels/atom_system.hpp"
#include "engine/kernels/local_system.hpp"
#include "engine/neighbor/local_atoms.hpp"
#include "engine/neighbor/spatial_order.hpp"

namespace forcewire {

/// Neighbours atom by atom, for many-body potentials; see AtomSystem.
class AtomLists {
 public:
  /// @param kinds which lists; may be none
  explicit AtomLists(std::vector<AtomListKind> kinds) : kinds_(std::move(kinds)) {}

  AtomLists(AtomLists&&) = default;  // no copies: there are views of what it holds
  AtomLists& operator=(AtomLists&&) = default;

  std::span<const AtomListKind> kinds() const { return kinds_; }

  /// Builds all lists anew, with all pairs up to cutoff and skin.
  /// @param atoms selected with `Images::all`, and as far as the longest cutoff and the skin reach
  void build(const LocalAtoms& atoms, double skin);

  const AtomSlots& slots() const { return slots_; }

  /// Memory that is held.
  std::size_t bytes() const;

 private:
  struct List {
    std::vector<std::size_t> begin;
    std::vector<std::int32_t> neighbor;
  };

  static constexpr std::size_t word_bits = 64;

  void number_atoms(const LocalAtoms& atoms);
  void order_atoms();
  void fill(const LocalAtoms& atoms, const AtomListKind& kind, double reach, List& list);
  void find_candidates(const LocalAtoms& atoms, std::int32_t cluster, double reach);
  void add_row(const LocalAtoms& atoms, std::int32_t atom, std::span<const std::int32_t> clusters,
               bool half, double reach, List& list) const;
  void sort_row(std::span<std::int32_t> row);

  std::vector<AtomListKind> kinds_;
  std::vector<List> lists_;                  // by kind
  std::vector<AtomRows> rows_;               // views of them
  std::vector<std::int32_t> slot_;           // by number
  std::vector<std::int32_t> index_;          // by number
  std::vector<Shift> shift_;                 // by number
  std::vector<std::int32_t> number_;         // by slot
  AtomSlots slots_;                          // a view of all that
  std::vector<std::int32_t> ordered_;        // numbers, as AtomListKind::in_order has them
  std::vector<std::int32_t> place_;          // of each number there
  std::vector<std::uint64_t> places_;        // a bit for each place; zeros between uses
  std::vector<std::uint64_t> words_;         // a bit for each word of places_ that is not zero
  std::vector<std::int32_t> columns_;        // near a cluster; kept for their memory, as the rest
  std::vector<IndexRange> candidates_;       // clusters
  std::vector<std::int32_t> scratch_;        // of the search
  std::vector<std::int32_t> seen_clusters_;  // by the atoms of a cluster
};

}  // namespace forcewire
