#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "engine/kernels/lennard_jones_kernel.hpp"

// Lennard-Jones energies, forces and virials by a plain sum over periodic images, in long double:
// what the engine's answers are measured against. Of the engine it takes the names of the
// truncations and nothing else.

namespace forcewire {

using LongVector = Eigen::Matrix<long double, 3, 1>;
using LongMatrix = Eigen::Matrix<long double, 3, 3>;

/// How two species interact.
struct ReferencePair {
  double sigma;    ///< [bohr]
  double epsilon;  ///< [hartree]
  double cutoff;   ///< [bohr]
  Truncation truncation = Truncation::none;
  double switch_on = 0;  ///< [bohr]; only for Truncation::smooth
};

/// A pair energy and its first two derivatives by the distance.
struct PairValue {
  long double energy;     ///< [hartree]
  long double slope;      ///< [hartree/bohr]
  long double stiffness;  ///< [hartree/bohr^2]
};

/// 4 epsilon ((sigma/r)^12 - (sigma/r)^6), ended as `pair.truncation` says, whether or not `r`
/// [bohr] is below the cutoff.
PairValue pair_value(const ReferencePair& pair, long double r);

/// Pairs of species, symmetric.
class ReferenceModel {
 public:
  /// One species.
  explicit ReferenceModel(const ReferencePair& pair) : pairs_{pair}, species_count_(1) {}

  /// @param pairs species_count x species_count, row-major
  ReferenceModel(int species_count, std::vector<ReferencePair> pairs)
      : pairs_(std::move(pairs)), species_count_(species_count) {}

  int species_count() const { return species_count_; }
  const ReferencePair& pair(std::int32_t a, std::int32_t b) const {
    return pairs_[static_cast<std::size_t>(a * species_count_ + b)];
  }

 private:
  std::vector<ReferencePair> pairs_;
  int species_count_;
};

/// Two atoms, one of them displaced by whole lattice vectors, that see each other.
struct ImagePair {
  std::size_t i, j;
  Eigen::Vector3i shift;  ///< the vector from i to j is r_j - r_i + shift . lattice vectors
};

/// All pairs, each once, whose distance is below the cutoff. Atoms may be any number of cells away
/// from each other, and a cell may be any number of times smaller than the cutoff.
///
/// @param cell rows = lattice vectors [bohr]; zero rows are not periodic
/// @param positions 3 natoms [bohr]
/// @param species of each atom; empty: all of species 0
std::vector<ImagePair> image_pairs(const ReferenceModel& model, const Eigen::Matrix3d& cell,
                                   std::span<const double> positions,
                                   std::span<const std::int32_t> species);

/// The answer, and how exact an answer in double precision can be.
///
/// A coordinate x has been rounded by up to 2^-53 |x|, and is again when whole lattice vectors are
/// taken off it; and the terms of a pair's energy may cancel. What a few roundings of either kind
/// do to the answer are the members `..._rounding`: nobody can do better.
struct ReferenceResult {
  long double energy = 0;                  ///< [hartree]
  std::vector<LongVector> forces;          ///< [hartree/bohr]
  LongMatrix virial = LongMatrix::Zero();  ///< sum over pairs of r_ij x f_ij [hartree]

  std::size_t pairs = 0;
  long double shortest = 0;  ///< distance of the closest pair [bohr]
  /// How far the pair nearest to its cutoff is from it, inside or outside, relative to the cutoff.
  /// When that is a rounding error, the answer with plain truncation is a matter of luck.
  long double cutoff_margin = 1;

  long double energy_scale = 0;  ///< sum over pairs of |u| [hartree]
  long double force_scale = 0;   ///< largest force on an atom [hartree/bohr]
  long double virial_scale = 0;  ///< sum over pairs of |r| |f| [hartree]

  long double energy_rounding = 0;          ///< [hartree]
  std::vector<long double> force_rounding;  ///< of each atom [hartree/bohr]
  long double virial_rounding = 0;          ///< [hartree]
};

/// Energy, forces and virial by the sum over `image_pairs`.
ReferenceResult image_sum(const ReferenceModel& model, const Eigen::Matrix3d& cell,
                          std::span<const double> positions,
                          std::span<const std::int32_t> species = {});

/// Minus the derivative of the energy by the nine components of a strain e that maps x to x (1 +
/// e), x a row vector, by finite differences: the virial, by its definition.
///
/// The pairs are those of the unstrained structure, and stay. A strain moves pairs across the
/// cutoff, and with plain truncation each one makes the energy jump: that is a derivative of the
/// pair count, which neither the analytic virial nor any other molecular dynamics code holds.
LongMatrix strain_derivative(const ReferenceModel& model, const Eigen::Matrix3d& cell,
                             std::span<const double> positions,
                             std::span<const std::int32_t> species = {});

/// What pairs beyond the cutoff add to the energy of a fully periodic structure of one species, and
/// to each diagonal element of its virial, when g(r) = 1 there: the integrals over r > cutoff of
/// N^2 / (2 V) 4 pi r^2 u and N^2 / (2 V) 4 pi r^2 (-r u') / 3
/// (Allen and Tildesley, Computer Simulation of Liquids, 2nd ed., section 2.8).
struct ReferenceTail {
  long double energy;           ///< [hartree]
  long double virial_diagonal;  ///< [hartree]
};
ReferenceTail reference_tail(const ReferencePair& pair, std::size_t natoms, long double volume);

}  // namespace forcewire
