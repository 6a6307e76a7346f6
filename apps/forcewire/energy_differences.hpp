#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "engine/parallel/evaluator.hpp"

namespace forcewire {

/// Slopes of the engine's own energy at a structure: differences between copies of it in which an
/// atom is displaced or all is strained.
///
/// Energies come rounded, and a difference divided by a small step magnifies that. Steps are as
/// small as rounding allows, for two reasons: the formula is the more exact for it; and fewer pairs
/// cross the cutoff on the way, where the energy of many models jumps and no difference tells the
/// force. The rounding is looked for, first in copies that are moved as a whole, whose energy
/// should not change; but these may all be rounded alike, so each slope tells its own.
class EnergyDifferences {
 public:
  /// One slope, by four energies.
  struct Slope {
    double value;
    /// What rounding makes of it, as the fourth difference tells: by chance sometimes next to
    /// nothing, and much where the energy jumps. The median of several is to be trusted.
    double rounding;
    /// The largest error that a jump of the energy may have made, as steps h and 2h tell, which
    /// give different slopes then; next to nothing where the energy is smooth.
    double doubt;
  };

  /// Steps h and 2h of one kind of copies.
  struct Step {
    double size;      ///< h [bohr]; of a strain, a number
    double rounding;  ///< of slopes, at least [hartree/bohr or hartree]
  };

  /// Evaluates four copies that are moved. Each slope takes four more.
  ///
  /// @param evaluator of the root
  /// @param structure outside the memory of the evaluator
  /// @param energy of the structure [hartree]
  /// @param force typical of the structure [hartree/bohr]
  /// @param distance of neighbours, against which steps are small [bohr]
  /// @throws what `Evaluator::evaluate` throws, as do all others that evaluate
  EnergyDifferences(Evaluator& evaluator, const Structure& structure, double energy, double force,
                    double distance);

  /// The step for displacements, good for forces of this size [hartree/bohr].
  Step displacement_step(double force) const;

  /// The step for strains, good for a virial of this size [hartree].
  Step strain_step(double virial) const;

  /// The largest steps for which the formula is exact enough.
  Step largest_displacement_step() const { return displacement_step(0); }
  Step largest_strain_step() const { return strain_step(0); }

  /// The energy's slope as an atom moves along an axis, minus the force [hartree/bohr].
  Slope along(std::size_t atom, int axis, const Step& step);

  /// The energy's slope as x becomes x (1 + strain), x rows, cell and positions, only element
  /// (i, j) of the strain not being zero: minus the virial [hartree].
  Slope strained(int i, int j, const Step& step);

  int evaluations() const { return evaluations_; }

 private:
  double evaluate(const Eigen::Matrix3d& cell, const std::vector<double>& positions);
  template <typename EnergyAt>
  Slope slope(double step, const EnergyAt& energy_at) const;

  Evaluator& evaluator_;
  Structure structure_;
  double energy_;
  double distance_;
  double farthest_ = 0;       // coordinate
  double rounding_;           // of the energy
  std::vector<double> copy_;  // of the positions; between calls they are those of the structure
  int evaluations_ = 0;
};

}  // namespace forcewire
