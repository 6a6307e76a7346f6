#pragma once

#include <span>

#include "engine/kernels/local_sums.hpp"
#include "engine/kernels/local_system.hpp"

namespace forcewire {

/// How a pair energy ends at the cutoff.
enum class Truncation {
  none,    ///< it is cut: u jumps to zero
  shift,   ///< u - u(cutoff): continuous energy
  smooth,  ///< u times a switch that falls from 1 to 0: energy, force and its slope are continuous
};

/// One pair of species as the kernel needs it: an entry of a pair table (pair_table.hpp), the same
/// for all truncations.
struct alignas(64) LennardJonesCoefficients {
  double inverse_cutoff_squared;  ///< [bohr^-2]
  double shift;                   ///< taken off the energy of each pair [hartree]
  double c12;                     ///< 4 epsilon sigma^12 [hartree bohr^12]
  double c6;                      ///< 4 epsilon sigma^6 [hartree bohr^6]
  double switch_on_squared;       ///< where the switch begins [bohr^2]; only for Truncation::smooth
  double switch_scale;  ///< 1 / (cutoff^2 - switch_on^2) [bohr^-2]; only for Truncation::smooth
};

/// Forces on owned atoms and images, and this rank's energy and virial, of Lennard-Jones pairs:
/// u(r) = (c12 r^-12 - c6 r^-6 - shift) S(t), S = 1 unless `smooth`, then
/// S(t) = 1 - 10 t^3 + 15 t^4 - 6 t^5 with t = clamp((r^2 - switch_on^2) switch_scale, 0, 1):
/// one minus the polynomial of fifth degree that is flat to second order at both ends (K. Perlin,
/// ACM Trans. Graph. 21, 681 (2002)).
///
/// @param table species_count x species_count coefficients, row-major
/// @param forces as LocalSystem::force_numbers says; overwritten; aligned to 64 bytes
LocalSums lennard_jones_kernel(const LocalSystem& system,
                               std::span<const LennardJonesCoefficients> table, int species_count,
                               Truncation truncation, std::span<double> forces);

}  // namespace forcewire
