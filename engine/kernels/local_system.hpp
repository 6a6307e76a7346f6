#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace forcewire {

/// An atom as the kernels load it: one aligned 32-byte record.
struct alignas(32) PackedAtom {
  double x, y, z;        ///< [bohr]
  std::int64_t species;  ///< index into the potential's species
};

/// The full neighbour list of a rank's owned atoms: row i holds the local indices of all atoms,
/// owned or ghost, within the list cutoff of atom i, never i itself.
///
/// Rows are padded to a multiple of `row_multiple` with the index of an atom that is infinitely far
/// from everything, so that a kernel needs no tail.
struct NeighborRows {
  static constexpr std::size_t row_multiple = 8;

  std::span<const std::size_t> row_begin;  ///< owned + 1 offsets into `index`
  std::span<const std::int32_t> index;     ///< local indices
};

/// What a potential sees on one rank: owned atoms, ghosts, and who neighbours whom.
struct LocalSystem {
  std::span<const PackedAtom> atoms;  ///< owned atoms, then ghosts, then the far padding atom
  std::size_t owned = 0;              ///< how many of `atoms` this rank computes the force of
  NeighborRows neighbors;
};

}  // namespace forcewire
