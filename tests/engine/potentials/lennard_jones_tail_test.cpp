#include "engine/potentials/lennard_jones_tail.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace forcewire {
namespace {

LennardJonesPair pair(double sigma, double epsilon, double cutoff, double switch_on) {
  const Unit* bohr = parse_quantity("1", Dimension::length, "").unit;
  const Unit* hartree = parse_quantity("1", Dimension::energy, "").unit;
  return {{sigma, bohr}, {epsilon, hartree}, {cutoff, bohr}, {switch_on, bohr}};
}

// Numbers from LJ_longrange of i-PI's Fortran driver (drivers/f90/LJ.f90, i-PI 3.1), compiled and
// called with these parameters.
TEST(LennardJonesTail, IsWhatTheDriverOfIpiAdds) {
  const LennardJonesTail argon =
      lennard_jones_tail(pair(6.4345, 3.7938e-4, 16, 14), Truncation::none);
  const double pairs_over_volume = 4000.0 * 4000.0 / 1.3e6;
  EXPECT_NEAR(argon.energy * pairs_over_volume / -6.7683954236838595e-01, 1, 1e-14);
  EXPECT_NEAR(argon.virial * pairs_over_volume / -1.3517675762650838e+00, 1, 1e-14);

  const LennardJonesTail reduced = lennard_jones_tail(pair(1, 1, 2.5, 2), Truncation::none);
  EXPECT_NEAR(reduced.energy / -5.3543310206636241e-01, 1, 1e-14);
  EXPECT_NEAR(reduced.virial / -1.0694021158401334e+00, 1, 1e-14);
}

// Numbers from the closed form: 1 - S is a polynomial in r^2 and u a sum of two powers, so that
// each term integrates to a power of r; summed up with 40 digits.
TEST(LennardJonesTail, HoldsWhatTheSwitchTakes) {
  const auto energy = [](double switch_on, double cutoff) {
    return lennard_jones_tail(pair(1, 1, cutoff, switch_on), Truncation::smooth).energy;
  };
  EXPECT_NEAR(energy(2, 2.5), -0.7296379764119273830, 1e-14);
  EXPECT_NEAR(energy(2.25, 2.5), -0.6234443957959746725, 1e-14);
  EXPECT_NEAR(energy(1.2, 3), -0.8274461385948218938, 1e-14);
}

TEST(LennardJonesTail, HoldsTheShift) {
  const LennardJonesPair argon = pair(1, 1, 2.5, 2);
  const double shift_everywhere =
      2.0 / 3.0 * M_PI * std::pow(2.5, 3) * 4 * (std::pow(0.4, 12) - std::pow(0.4, 6));
  EXPECT_NEAR(lennard_jones_tail(argon, Truncation::shift).energy,
              lennard_jones_tail(argon, Truncation::none).energy + shift_everywhere, 1e-14);
}

TEST(LennardJonesTail, HasEnergyAndVirialThatAgreeWhereNothingJumps) {
  const LennardJonesPair argon = pair(6.4345, 3.7938e-4, 16, 14);
  for (const Truncation truncation : {Truncation::shift, Truncation::smooth}) {
    const LennardJonesTail tail = lennard_jones_tail(argon, truncation);
    EXPECT_EQ(tail.virial, tail.energy);
  }
  // The force is the same with or without a shift, and so is what its absence takes away.
  EXPECT_NEAR(lennard_jones_tail(argon, Truncation::shift).virial /
                  lennard_jones_tail(argon, Truncation::none).virial,
              1, 1e-14);
}

/// Energy of an atom and each diagonal element of its virial, in an fcc crystal with one atom in
/// `volume_per_atom`, from pairs within the cutoff and the tail.
struct PerAtom {
  double energy;
  double virial;
};

PerAtom corrected_crystal(const LennardJonesPair& pair, Truncation truncation, double nearest) {
  const int reach = static_cast<int>(pair.cutoff.value / nearest * 1.5) + 1;
  const double edge = nearest / std::sqrt(2.0);  // half the cubic lattice constant
  double energy = 0;
  double virial = 0;
  for (int i = -reach; i <= reach; ++i) {
    for (int j = -reach; j <= reach; ++j) {
      for (int k = -reach; k <= reach; ++k) {
        const int squares = i * i + j * j + k * k;
        if (squares == 0 || (i + j + k) % 2 != 0) continue;
        const double r = edge * std::sqrt(squares);
        if (r >= pair.cutoff.value) continue;
        const double h = 1e-5 * r;
        const double slope =
            (pair.truncated_energy(r + h, truncation) - pair.truncated_energy(r - h, truncation)) /
            (2 * h);
        energy += 0.5 * pair.truncated_energy(r, truncation);
        virial -= 0.5 * r * slope / 3;
      }
    }
  }
  const double volume_per_atom = 2 * edge * edge * edge;
  const LennardJonesTail tail = lennard_jones_tail(pair, truncation);
  return {energy + tail.energy / volume_per_atom, virial + tail.virial / volume_per_atom};
}

// The sums of r^-12 and r^-6 over an fcc lattice with nearest neighbours at distance 1 are 12.13188
// and 14.45392 (C. Kittel, Introduction to Solid State Physics, chapter 3).
TEST(LennardJonesTail, BringsAnyTruncationToTheFullPotentialOfACrystal) {
  const double nearest = 1.15;
  const double repulsion = 12.13188 / std::pow(nearest, 12);
  const double attraction = 14.45392 / std::pow(nearest, 6);
  const double full_energy = 2 * (repulsion - attraction);
  const double full_virial = 2 * (12 * repulsion - 6 * attraction) / 3;

  for (const Truncation truncation : {Truncation::none, Truncation::shift, Truncation::smooth}) {
    const PerAtom crystal = corrected_crystal(pair(1, 1, 6.03, 5), truncation, nearest);
    EXPECT_NEAR(crystal.energy, full_energy, 1e-3 * std::abs(full_energy));
    EXPECT_NEAR(crystal.virial, full_virial, 1e-3 * std::abs(full_virial));
  }
}

}  // namespace
}  // namespace forcewire
