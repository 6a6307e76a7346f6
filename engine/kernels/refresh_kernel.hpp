#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/geometry/cell.hpp"

namespace forcewire {

/// Where the atoms in the slots of clusters come from: one entry of each array a slot.
struct LocalSources {
  const std::int64_t* position;  ///< offset of the atom's x among the global positions
  const std::int64_t* species;
  std::array<const double*, 3> image;  ///< lattice vectors to add to the position as it was sent
  std::array<const double*, 3> reference;  ///< fractional coordinates, as sent, when image was set
};

/// Brings local atoms to where the server says they are now.
///
/// Atom by atom the position is taken modulo lattice vectors nearest to its reference: a server
/// that wraps an atom to the other side of the cell has not moved it.
///
/// @param clusters how many to fill, of `cluster_width()` slots each
/// @param watched of the atoms in these first clusters the displacement is looked at
/// @param atoms room for the clusters as LocalSystem has them; aligned to 64 bytes
/// @return square of the largest displacement of a watched atom, less the deformation of the cell
///         since the reference [bohr^2]; infinite when a coordinate is NaN or beyond
///         `largest_coordinate`
double refresh_atoms(const LocalSources& sources, const Cell& cell, const double* positions,
                     std::size_t clusters, std::size_t watched, double* atoms);

}  // namespace forcewire
