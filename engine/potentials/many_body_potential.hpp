#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/kernels/atom_system.hpp"
#include "engine/potentials/guarded_forces.hpp"
#include "engine/potentials/potential.hpp"

namespace forcewire {

/// A potential that goes through atoms and their neighbours by itself.
///
/// The energy of a rank is that of its owned atoms, a function of the positions of owned atoms and
/// ghosts: its derivatives are the forces that this rank contributes to both. The engine adds those
/// on ghosts to the atoms that they are images of, wherever these are owned.
class ManyBodyPotential : public Potential {
 public:
  /// The lists that `compute_atoms` gets, in this order. The same for ever.
  std::vector<AtomListKind> atom_lists() const override = 0;

  /// Energy of the owned atoms, its forces on all atoms, and the virial. Called where there are
  /// owned atoms; if `is_collective`, on all ranks.
  /// @param forces x y z on each atom; zeros at first [hartree/bohr]
  virtual LocalSums compute_atoms(const AtomSystem& system, std::span<double> forces) = 0;

  /// From clusters to atoms, ...
  void prepare(const LocalSystem& system) override;

  /// ... and back.
  /// @throws PotentialFailure when it has written outside of its forces; and what it throws
  LocalSums compute(const LocalSystem& system, std::span<double> forces) final;

 private:
  // By local number; kept for their memory.
  std::vector<double> positions_;
  std::vector<std::int32_t> species_;
  GuardedForces forces_;
};

/// The virial of forces that depend on relative positions of local atoms alone: minus the strain
/// derivative of the energy, the sum of r_i x f_i over owned atoms and ghosts (A. P. Thompson,
/// S. J. Plimpton and W. Mattson, J. Chem. Phys. 131, 154107 (2009)).
Eigen::Matrix3d virial_of_forces(const AtomSystem& system, std::span<const double> forces);

}  // namespace forcewire
