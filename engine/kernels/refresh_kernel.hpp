#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/geometry/cell.hpp"
#include "engine/kernels/local_system.hpp"

namespace forcewire {

/// Where local atoms come from: one entry of each array an atom, arrays padded to a multiple of
/// `refresh_multiple`.
struct LocalSources {
  const std::int64_t* position;  ///< offset of the atom's x among the global positions
  const std::int64_t* species;
  std::array<const double*, 3> image;  ///< lattice vectors to add to the position as it was sent
  std::array<const double*, 3> reference;  ///< fractional coordinates, as sent, when image was set
};

inline constexpr std::size_t refresh_multiple = 8;

/// Brings local atoms to where the server says they are now.
///
/// Atom by atom the position is taken modulo lattice vectors nearest to its reference: a server
/// that wraps an atom to the other side of the cell has not moved it.
///
/// @param count number of atoms, a multiple of `refresh_multiple`
/// @param watched of these first atoms the displacement is tested
/// @param limit_squared square of the largest allowed displacement, less the deformation of the
///        cell since the reference [bohr^2]
/// @param atoms room for `count`
/// @return whether all watched atoms are within the limit; false also for a coordinate that is NaN
bool refresh_atoms(const LocalSources& sources, const Cell& cell, const double* positions,
                   std::size_t count, std::size_t watched, double limit_squared, PackedAtom* atoms);

}  // namespace forcewire
