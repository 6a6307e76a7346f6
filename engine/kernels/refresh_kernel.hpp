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
/// @param watched of the atoms in these first clusters the displacement is tested
/// @param limit_squared square of the largest allowed displacement, less the deformation of the
///        cell since the reference [bohr^2]
/// @param atoms room for the clusters as LocalSystem has them; aligned to 64 bytes
/// @return whether all watched atoms are within the limit; false also for a coordinate that is NaN
///         or beyond `largest_coordinate`
bool refresh_atoms(const LocalSources& sources, const Cell& cell, const double* positions,
                   std::size_t clusters, std::size_t watched, double limit_squared, double* atoms);

}  // namespace forcewire
