#pragma once

#include "engine/kernels/lennard_jones_kernel.hpp"
#include "engine/potentials/units.hpp"

namespace forcewire {

/// How atoms of two species interact: u(r) = 4 epsilon ((sigma/r)^12 - (sigma/r)^6), truncated at
/// the cutoff.
struct LennardJonesPair {
  Quantity sigma;
  Quantity epsilon;
  Quantity cutoff;
  Quantity switch_on;  ///< where the switch begins; only for Truncation::smooth

  /// u(r), the full potential [hartree]. @param r [bohr]
  double full_energy(double r) const;

  /// S of `lennard_jones_kernel`, from 1 at `switch_on` to 0 at the cutoff. @param r [bohr]
  double switch_factor(double r) const;

  /// What is left of u(r) after truncation [hartree]. @param r [bohr]
  double truncated_energy(double r, Truncation truncation) const;
};

}  // namespace forcewire
