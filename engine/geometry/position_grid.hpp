#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>

#include "engine/geometry/cell.hpp"

namespace forcewire {

/// Positions as they do not depend on the lattice vectors that a server has added to them, fine
/// enough for physics, coarse enough for differences between atoms and images to be exact.
///
/// Each atom is brought into the cell and rounded to a multiple of `step`, and so are the lattice
/// vectors. Multiples of a power of two are added and subtracted without rounding: the vector from
/// one atom to another is the same in every bit, whatever images of both it was computed from.
///
/// Two positions that differ by exact lattice vectors have the same place. Those that a server has
/// wrapped with rounding have, too, unless one of them falls on the other side of the middle
/// between two points of the grid: with lattice vectors of 20 bohr one coordinate in 300000, of 200
/// bohr one in 50000, both measured. A finer grid would be hit more often, and so the step is a
/// compromise; it is small against what rounding to the eight digits of a file does.
///
/// A structure without periodic axes has no images, and stays as it is.
class PositionGrid {
 public:
  static constexpr double step = 0x1p-30;  ///< [bohr]

  /// @param reach from how far images are seen [bohr]
  /// @throws InvalidStructure when a lattice vector is shorter than the step, or images are so far
  ///         from each other that their coordinates cannot be multiples of it
  PositionGrid(const Cell& cell, double reach);

  /// The cell whose images the rounded positions have.
  const Cell& cell() const { return rounded_; }

  /// The place of each atom.
  /// @param positions x y z of each, finite [bohr]
  /// @param first index of the first of these coordinates, for the message
  /// @param places of the same size
  /// @throws InvalidStructure when an atom is too far away along an axis that is not periodic
  void place(std::span<const double> positions, std::size_t first, std::span<double> places) const;

 private:
  Eigen::Vector3d into_cell(const Eigen::Vector3d& position) const;

  Cell cell_;
  Cell rounded_;
  bool is_needed_;
};

}  // namespace forcewire
