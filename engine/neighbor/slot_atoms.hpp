#pragma once

#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/geometry/cell.hpp"
#include "engine/kernels/aligned_vector.hpp"
#include "engine/kernels/simd.hpp"

namespace forcewire {

/// The atoms in the slots of a rank's clusters: which they are, and where they are now.
///
/// Each slot has an atom of the request and the lattice vectors that lead from where the server
/// sends it to where it is wanted, so that all local atoms follow their originals.
class SlotAtoms {
 public:
  /// For a slot without an atom in a table of slots.
  static constexpr std::int32_t padding = -1;

  /// Makes room for so many slots, of clusters of `width` slots; what they held is forgotten.
  void resize(std::size_t slots, std::size_t width);

  /// What a slot is to hold; `settle` follows when all have been told.
  ///
  /// @param shift lattice vectors to add to the atom's position as it was sent
  /// @param reference fractional coordinates of the atom as it was sent
  void put(std::size_t slot, std::int32_t atom, std::int32_t species, const Eigen::Vector3d& shift,
           const Eigen::Vector3d& reference) {
    source_[slot] = 3 * static_cast<std::int64_t>(atom);
    species_[slot] = species;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      shift_[axis][slot] = shift[static_cast<int>(axis)];
      reference_[axis][slot] = reference[static_cast<int>(axis)];
    }
  }

  /// Puts all to their first places, which are remembered.
  /// @param owned clusters, which are the first ones
  void settle(const Cell& cell, std::span<const double> positions, std::size_t owned);

  /// Brings all to `positions`, whatever lattice vectors the server has added since.
  /// @return square of how far the farthest atom of the `owned` clusters is from where it was at
  ///         `settle`, deformation of the cell taken off [bohr^2]; infinite if that cannot be told
  double refresh(const Cell& cell, std::span<const double> positions, std::size_t owned);

  /// Takes the last `refresh` back: all atoms are where they were before it. Not twice in a row.
  void undo_refresh();

  /// Are the atoms of the first slots within `limit` [bohr] of where they were at `settle`? Ends at
  /// the first one that is not.
  /// @param owned atom in each of these slots, or `padding`
  bool within_since_settled(const Cell& cell, std::span<const double> positions,
                            std::span<const std::int32_t> owned, double limit) const;

  /// The same, of the distances from where they are now; of a thousand atoms or so.
  bool sample_within_since_refresh(const Cell& cell, std::span<const double> positions,
                                   std::span<const std::int32_t> owned, double limit) const;

  std::size_t size() const { return source_.size(); }

  /// Index in the request of the atom in a slot.
  std::int32_t atom(std::size_t slot) const { return static_cast<std::int32_t>(source_[slot] / 3); }

  /// As LocalSystem has them: now, and when they settled.
  std::span<const double> atoms() const { return atoms_; }
  std::span<const double> settled() const { return settled_; }

  /// Memory that is held, in use or not.
  std::size_t bytes() const;

 private:
  std::size_t width_ = largest_cluster;
  AlignedVector<double> atoms_;
  AlignedVector<double> settled_;
  Eigen::Matrix3d inverse_cell_ = Eigen::Matrix3d::Identity();  // of the last refresh

  // What undo_refresh brings back.
  AlignedVector<double> atoms_before_;
  Eigen::Matrix3d inverse_cell_before_ = Eigen::Matrix3d::Identity();

  // What a refresh reads, by slot; see LocalSources.
  std::vector<std::int64_t> source_;
  std::vector<std::int64_t> species_;
  std::array<std::vector<double>, 3> shift_;
  std::array<std::vector<double>, 3> reference_;
};

}  // namespace forcewire
