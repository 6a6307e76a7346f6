#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/geometry/cell.hpp"
#include "engine/potentials/potential.hpp"

namespace forcewire {

/// What one atom gets from all pairs it is part of, and how large the terms of the sums are,
/// against which rounding must be judged.
struct AtomSums {
  double energy = 0;                                 ///< half of each pair [hartree]
  Eigen::Vector3d force = Eigen::Vector3d::Zero();   ///< [hartree/bohr]
  Eigen::Matrix3d virial = Eigen::Matrix3d::Zero();  ///< half of each pair [hartree]
  double energy_scale = 0;                           ///< sum of magnitudes [hartree]
  double force_scale = 0;                            ///< sum of magnitudes [hartree/bohr]
  double virial_scale = 0;                           ///< sum of magnitudes [hartree]
  std::int64_t pairs_at_cutoff = 0;  ///< pairs that rounding may put on either side of the cutoff
};

/// Pair sums straight from their definition: every pair, every periodic image, the model's textbook
/// energy, and derivatives of that by finite differences. It shares no code with the neighbour
/// lists and kernels that it is there to check.
///
/// The set of pairs is that of the given structure while derivatives are taken: with a plainly cut
/// potential the energy jumps whenever a pair crosses the cutoff, and a difference over such a jump
/// says nothing of the force.
class BruteForce {
 public:
  /// @param positions 3 natoms [bohr]; must outlive this object, as must the others
  /// @param species of each atom; empty = all of species 0
  BruteForce(std::span<const double> positions, std::span<const std::int32_t> species,
             const Cell& cell, const Potential& potential);

  std::size_t atom_count() const { return positions_.size() / 3; }

  AtomSums sums_of(std::size_t atom) const;

  /// Distances that `sums_of` one atom looks at, roughly.
  double cost_of_an_atom() const;

 private:
  void add_images(std::size_t atom, std::size_t other, AtomSums& sums) const;
  void add_pair(int species, int other_species, const Eigen::Vector3d& separation,
                AtomSums& sums) const;
  double energy_of(int species, int other_species, double r) const;
  double slope(int species, int other_species, double r) const;
  int species_of(std::size_t atom) const { return species_.empty() ? 0 : species_[atom]; }

  std::span<const double> positions_;
  std::span<const std::int32_t> species_;
  const Cell& cell_;
  const Potential& potential_;
  double cutoff_;
  Eigen::Vector3d reach_;  // how many cells the cutoff spans along each axis
};

}  // namespace forcewire
