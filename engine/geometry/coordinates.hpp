#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/geometry/cell.hpp"

namespace forcewire {

/// Coordinates beyond this are resolved no finer than 1e-7 bohr: forces would be noise.
inline constexpr double largest_coordinate = 1e9;

/// Where an atom is, of 3 natoms coordinates [bohr].
inline Eigen::Vector3d position_of(std::span<const double> positions, std::size_t atom) {
  return Eigen::Map<const Eigen::Vector3d>(positions.data() + 3 * atom);
}

/// std::floor for numbers that fit into 64 bits. Compiled for any CPU, that one is a call.
inline double whole(double x) {
  const auto truncated = static_cast<double>(static_cast<std::int64_t>(x));
  return truncated - (truncated > x ? 1 : 0);
}

/// @throws InvalidStructure when a coordinate is not finite, too large to be resolved, or too many
///         cells away
/// @param first index of the first of these coordinates, for the message
void check_coordinates(const Cell& cell, std::span<const double> coordinates, std::size_t first);

/// Are all coordinates finite, and small enough to tell atoms apart? Modulo lattice vectors, one of
/// 1e300 bohr is as good as no movement. check_coordinates throws where this is false.
bool can_be_resolved(std::span<const double> coordinates);

}  // namespace forcewire
