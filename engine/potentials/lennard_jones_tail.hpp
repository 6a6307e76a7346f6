#pragma once

#include "engine/potentials/lennard_jones_pair.hpp"

namespace forcewire {

/// What truncation takes from the interaction of two species when atoms are spread evenly (pair
/// distribution function 1). Times N_a N_b / V, summed over all ordered pairs of species (a, a
/// included), this is the tail correction of a system.
///
/// With u the full potential and v the truncated one, which the kernel sums up,
///
///   energy = 1/2 int (u - v) 4 pi r^2 dr        virial = -1/6 int r (u' - v') 4 pi r^2 dr
///
/// (M. P. Allen and D. J. Tildesley, Computer Simulation of Liquids, 2nd ed. (2017), section 2.8;
/// D. Frenkel and B. Smit, Understanding Molecular Simulation, 2nd ed. (2002), section 3.2.2).
/// v' is the force that the kernel computes, without the infinite one of a jump. Beyond the cutoff
/// rc, v is zero, and that part is
///
///   energy = 8/3 pi epsilon sigma^3 ((sigma/rc)^9 / 3 - (sigma/rc)^3)
///   virial = 16/3 pi epsilon sigma^3 (2/3 (sigma/rc)^9 - (sigma/rc)^3)
///
/// For Truncation::none this is all. Inside the cutoff the others have more:
///
/// - shift: u - v = u(rc) at all distances, 2/3 pi rc^3 u(rc) in the energy. Many programs leave
///   it out. With it, corrected energies estimate those of the full potential whatever the
///   truncation, and energy and virial agree (below).
/// - smooth: u - v = u (1 - S) from where the switch begins, by numerical integration.
///
/// Is the virial minus the strain derivative of the energy? The correction goes as 1/V, so this
/// asks for virial = energy. Integration by parts gives
///
///   virial - energy = 2/3 pi r^3 times the jump of u - v at r,
///
/// zero for `shift` and `smooth`, where v has no jump. For `none` it is 2/3 pi rc^3 u(rc): the
/// energy of the pairs that a strain carries across the cutoff, which shows in no pair's force.
/// With it, the virial is right for the average over many configurations (and is what i-PI's driver
/// and the textbooks have); a finite difference in which no pair crosses the cutoff misses it.
struct LennardJonesTail {
  double energy;  ///< [hartree bohr^3]
  double virial;  ///< of each diagonal element [hartree bohr^3]
};

LennardJonesTail lennard_jones_tail(const LennardJonesPair& pair, Truncation truncation);

}  // namespace forcewire
