#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace forcewire {

struct AtomSlots;

/// Local indices begin, begin + 1, ..., end - 1, of clusters or of places in a row.
struct IndexRange {
  std::int32_t begin;
  std::int32_t end;
};

/// How far padding is from atoms and from other padding: beyond every cutoff, and near enough for
/// r^-12 to be a normal number [bohr].
inline constexpr double padding_distance = 1e20;

/// Where x of the atom in `slot` is among LocalSystem::atoms; y, z and species are `width` on each.
inline std::size_t atom_offset(std::size_t slot, std::size_t width) {
  return 4 * width * (slot / width) + slot % width;
}

/// Where x of the force in `slot` is among forces; y and z are `width` on each. See
/// LocalSystem::force_numbers.
inline std::size_t force_offset(std::size_t slot, std::size_t width) {
  return 3 * width * (slot / width) + slot % width;
}

/// Which clusters the atoms of each owned cluster see: a row for each slot, slot after slot.
struct NeighborRows {
  std::span<const std::size_t> begin;     ///< owned slots + 1 offsets into `cluster`
  std::span<const std::int32_t> cluster;  ///< local indices of clusters
};

/// What a potential sees on one rank: owned atoms, ghosts, and who neighbours whom.
///
/// Atoms that are close together form a *cluster*, of as many *slots* as the vectors of this CPU
/// like best (`width`, 4 or 8). There are three kinds, in clusters of their own, in this order:
///
/// - *owned* atoms;
/// - *images*: other atoms whose pairs with owned ones are computed here, for both. Periodic images
///   of owned atoms are among them: of two opposite lattice vectors one makes images, since an atom
///   that sees an image of another is all there is to know of the other seeing one of it. The rest
///   are *guests*, atoms of another rank of this node, or images of these;
/// - *ghosts*: all others. Their owners compute the other side of the pair.
///
/// A slot without an atom is *padding*: it lies far beyond every cutoff from all atoms and from the
/// other slots of its cluster, and its row is empty.
///
/// The row of an atom lists clusters: at least one of their atoms is within the list cutoff.
///
/// - `owned_rows` is a half list of pairs that are computed here for both sides. Of two owned
///   clusters the one with the lower index has the other in the rows of those of its atoms that see
///   it. A cluster of images has no rows, it is in those of owned atoms.
/// - An atom and those behind it in its own cluster are a pair, too. No row says so.
/// - `ghost_rows` holds clusters of ghosts. Half of the energy and virial of such a pair counts.
///
/// Potentials that ask for lists of single atoms have these instead of rows, and all other atoms in
/// reach as images, whoever owns them.
struct LocalSystem {
  std::size_t width = 0;           ///< slots of a cluster
  std::size_t owned_clusters = 0;  ///< how many clusters hold owned atoms
  std::size_t image_clusters = 0;  ///< how many behind them hold images
  /// Clusters one after the other: x, y and z of all slots [bohr], then species (the bits of a
  /// std::int64_t, an index into the potential's species); 4 width numbers, aligned to 64 bytes.
  std::span<const double> atoms{};
  NeighborRows owned_rows{};
  NeighborRows ghost_rows{};
  std::array<double, 3> center{};  ///< the middle of the owned atoms [bohr]
  /// Whether owned atoms are near enough to the centre for sums of moments about it: if not, more
  /// than three digits would be lost against sums over pairs.
  bool compact = false;
  const AtomSlots* by_atom = nullptr;  ///< for potentials that ask for lists of single atoms
  /// There are no pairs but with ghosts: a cluster holds one owned atom, and `owned_rows` are
  /// empty. Whoever does not know this finds out that padding is far away.
  bool only_ghosts = false;

  /// How many numbers forces take: three for each slot of owned atoms and of images, x of all slots
  /// of a cluster, then y, then z, cluster after cluster. The force on an atom is that in its slot
  /// and those on its images, here and on other ranks.
  std::size_t force_numbers() const { return 3 * width * (owned_clusters + image_clusters); }
};

}  // namespace forcewire
