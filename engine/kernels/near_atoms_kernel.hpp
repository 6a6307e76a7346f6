#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/kernels/aligned_vector.hpp"

namespace forcewire {

/// Scratch memory of `take_near_atoms`.
struct NearAtomsRoom {
  AlignedVector<double> listed;
  AlignedVector<double> near;
};

/// Writes the vectors from one atom to those of a list that are near it, in the order of the list.
///
/// What comes out depends on these vectors alone, on CPUs of one kind.
///
/// @param atoms x, y, z [bohr] and species (see LocalSystem) of each
/// @param self the one, a number among them
/// @param listed numbers of the others
/// @param limit_squared how far near ones are, at most [bohr^2]
/// @param clusters gets clusters of `cluster_width()` slots as LocalSystem has them, padding in the
///        last one; room for the whole list, aligned to 64 bytes
/// @return how many are near
std::size_t take_near_atoms(std::span<const double> atoms, std::size_t self,
                            std::span<const std::int32_t> listed, double limit_squared,
                            NearAtomsRoom& room, std::span<double> clusters);

}  // namespace forcewire
