#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace forcewire {

/// A neighbour list that a many-body potential asks for.
struct AtomListKind {
  double cutoff;     ///< all atoms nearer than this are neighbours; farther ones may be [bohr]
  bool half;         ///< of two neighbours only the one with the lower number has the other
  bool with_ghosts;  ///< ghosts have neighbours, too
  /// Neighbours come in the order of their numbers in the request, and images of one atom in that
  /// of lattice vectors: the same order on any rank, and for any place of the atom modulo these.
  bool in_order = false;
};

/// Neighbours atom by atom: those of atom i are neighbor[begin[i]], ..., neighbor[begin[i + 1] -
/// 1].
struct AtomRows {
  std::span<const std::size_t> begin;      ///< one more than there are atoms with neighbours
  std::span<const std::int32_t> neighbor;  ///< local numbers; no atom is its own neighbour
};

/// What a many-body potential sees on one rank: atoms by local number, first the owned ones, then
/// the ghosts. Ghosts are all other atoms near enough to an owned one, periodic images included,
/// each at a place of its own.
struct AtomSystem {
  std::size_t owned = 0;
  std::span<const double> positions{};      ///< x y z of each atom [bohr]
  std::span<const std::int32_t> species{};  ///< of each atom
  std::span<const std::int32_t> index{};    ///< of each atom in the request: which atom it is
  /// Lattice vectors between a ghost and the same atom where it is owned; zeros for owned atoms.
  std::span<const std::array<std::int32_t, 3>> shift{};
  std::span<const AtomRows> lists{};  ///< as asked for

  std::size_t size() const { return species.size(); }
};

/// Which slots of a LocalSystem are the atoms of an AtomSystem, and what these have that slots have
/// not; as there.
struct AtomSlots {
  std::size_t owned = 0;
  std::span<const std::int32_t> slot{};
  std::span<const std::int32_t> index{};
  std::span<const std::array<std::int32_t, 3>> shift{};
  std::span<const AtomRows> lists{};
};

}  // namespace forcewire
