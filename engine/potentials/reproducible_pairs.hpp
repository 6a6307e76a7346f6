#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/kernels/aligned_vector.hpp"
#include "engine/kernels/exact_sum.hpp"
#include "engine/kernels/near_atoms_kernel.hpp"
#include "engine/potentials/guarded_forces.hpp"
#include "engine/potentials/potential.hpp"

namespace forcewire {

/// A pair potential whose results are the same in every bit, whoever computes which atom.
///
/// For each owned atom alone, the pair potential gets the atom at the origin, and the vectors to
/// all neighbours within the cutoff, ordered by their numbers in the request and by lattice
/// vectors. These are the same bytes on whatever rank, if positions are on a PositionGrid; what
/// comes of them is the force on that atom, its half of the energy, and its half of the virial.
/// Over atoms, these are summed exactly. (So each pair is computed twice: a force given to the
/// other side, too, would be added there in an order that depends on the ranks.)
class ReproduciblePairs final : public Potential {
 public:
  /// Why the results of `potential` cannot be the same in every bit (a sentence for the user), if
  /// so.
  static std::optional<std::string> why_not(const Potential& potential);

  /// @throws std::invalid_argument when there is a reason why not
  explicit ReproduciblePairs(std::unique_ptr<Potential> pairs);

  /// Farther than that of the pairs by as little as rounding may make of a distance.
  double cutoff() const override;
  std::vector<AtomListKind> atom_lists() const override { return {{cutoff(), false, false, true}}; }

  /// @return nothing: see `sums`
  LocalSums compute(const LocalSystem& system, std::span<double> forces) override;

  /// Energy and virial (xx, yy, zz, xy, xz, yz) of the atoms that were last computed here.
  using Sums = std::array<ExactSum, 7>;
  Sums& sums() { return sums_; }

  /// The same, rounded.
  static LocalSums rounded(const Sums& sums);

  double microseconds_per_atom() const override { return pairs_->microseconds_per_atom(); }
  std::string extras() const override { return pairs_->extras(); }
  bool has_virial() const override { return pairs_->has_virial(); }
  TailCorrection tail(std::span<const std::int64_t> count, double volume) const override {
    return pairs_->tail(count, volume);
  }
  std::optional<std::string> why_fully_periodic() const override {
    return pairs_->why_fully_periodic();
  }
  int species_count() const override { return pairs_->species_count(); }
  std::vector<std::pair<std::string, std::string>> description() const override {
    return pairs_->description();
  }
  std::optional<double> pair_energy(int a, int b, double r) const override {
    return pairs_->pair_energy(a, b, r);
  }

 private:
  void make_room(std::size_t neighbors);
  void take_atoms(const LocalSystem& system);
  std::size_t take_neighbors(const AtomRows& list, std::size_t atom);
  void compute_atom(double* force);

  std::unique_ptr<Potential> pairs_;
  Sums sums_;
  std::size_t width_;          // of clusters
  std::vector<double> atoms_;  // as take_near_atoms wants them
  NearAtomsRoom room_;
  // What the pairs get: a cluster of the atom alone, and its neighbours as ghosts.
  AlignedVector<double> clusters_;
  GuardedForces cluster_forces_;
  std::vector<std::size_t> no_rows_;
  std::vector<std::size_t> ghost_rows_;
  std::vector<std::int32_t> ghost_clusters_;
};

}  // namespace forcewire
