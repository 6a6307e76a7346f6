// The reference against what is known without it: closed forms, lattice sums, and definitions.

#include "support/reference.hpp"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <array>
#include <cmath>

#include "support/models.hpp"
#include "support/structures.hpp"

namespace forcewire {
namespace {

constexpr std::array truncations = {Truncation::none, Truncation::shift, Truncation::smooth};

TEST(PairValue, HasTheClosedFormOfLennardJones) {
  const ReferencePair pair{2, 3, 10};
  EXPECT_NEAR(static_cast<double>(pair_value(pair, 2).energy), 0, 1e-18);
  EXPECT_NEAR(static_cast<double>(pair_value(pair, 2).slope), -24 * 3 / 2.0, 1e-14);
  const long double minimum = 2 * std::pow(2.0L, 1 / 6.0L);
  EXPECT_NEAR(static_cast<double>(pair_value(pair, minimum).energy), -3, 1e-15);
  EXPECT_NEAR(static_cast<double>(pair_value(pair, minimum).slope), 0, 1e-15);
  // u''(r_min) = 72 epsilon / r_min^2
  EXPECT_NEAR(static_cast<double>(pair_value(pair, minimum).stiffness * minimum * minimum), 72 * 3,
              1e-12);
}

TEST(PairValue, DerivativesAreThoseOfTheEnergy) {
  for (const Truncation truncation : truncations) {
    const ReferencePair pair{6, 0.3, 15, truncation, 11};
    for (long double r = 5; r < 14.9L; r += 0.37L) {
      const long double h = 1e-4L;
      const auto u = [&](long double at) { return pair_value(pair, at); };
      const auto near = [&](auto member) {
        return (8 * (u(r + h).*member - u(r - h).*member) -
                (u(r + 2 * h).*member - u(r - 2 * h).*member)) /
               (12 * h);
      };
      EXPECT_NEAR(static_cast<double>(near(&PairValue::energy) - u(r).slope), 0, 1e-12);
      EXPECT_NEAR(static_cast<double>(near(&PairValue::slope) - u(r).stiffness), 0, 1e-12);
    }
  }
}

TEST(PairValue, EndsAsTheTruncationSays) {
  const long double cutoff = 15;
  EXPECT_NE(pair_value({6, 0.3, 15, Truncation::none}, cutoff).energy, 0);
  EXPECT_EQ(pair_value({6, 0.3, 15, Truncation::shift}, cutoff).energy, 0);
  const PairValue smooth = pair_value({6, 0.3, 15, Truncation::smooth, 12}, cutoff);
  EXPECT_EQ(smooth.energy, 0);
  EXPECT_EQ(smooth.slope, 0);
  EXPECT_EQ(smooth.stiffness, 0);
}

TEST(ImageSum, OfFccIsTheLatticeSum) {
  // 1/2 sum (d/r)^12 and (d/r)^6 over an fcc lattice of nearest distance d: J. E. Jones and
  // A. E. Ingham, Proc. R. Soc. A 107, 636 (1925); C. Kittel, Introduction to Solid State Physics,
  // chapter 3: 12.13188 and 14.45392.
  const double d = 1.1;
  const ReferencePair pair{1, 1, 14 * d};
  Eigen::Matrix3d cell;
  cell << 0, 1, 1, 1, 0, 1, 1, 1, 0;
  cell *= d / std::sqrt(2.0);
  const std::array<double, 3> atom{};
  const long double energy = image_sum(ReferenceModel(pair), cell, atom).energy +
                             reference_tail(pair, 1, std::abs(cell.determinant())).energy;
  const double expected = 2 * (12.13188 * std::pow(d, -12) - 14.45392 * std::pow(d, -6));
  EXPECT_NEAR(static_cast<double>(energy), expected, 2e-6 * std::abs(expected));
}

TEST(ImageSum, DoesNotDependOnTheChoiceOfLatticeVectors) {
  Random random(1);
  const ReferenceModel model(argon());
  Eigen::Matrix3d cell;
  cell << 13, 0.4, 1, -2, 11, 0.7, 3, 1, 12;
  const Configuration gas = forcewire::gas(cell, 12, 5.5, 0, random);
  Eigen::Matrix3d other_choice;  // of determinant -1: also of the other hand
  other_choice << 1, 3, 0, 0, 1, -2, 1, 3, -1;
  other_choice.row(2) *= -1;
  ASSERT_NEAR(std::abs(other_choice.determinant()), 1, 1e-12);

  const ReferenceResult one = image_sum(model, cell, gas.positions);
  const ReferenceResult two = image_sum(model, other_choice * cell, gas.positions);
  EXPECT_EQ(one.pairs, two.pairs);
  EXPECT_NEAR(static_cast<double>(one.energy / two.energy), 1, 1e-14);
  for (std::size_t atom = 0; atom < gas.natoms(); ++atom) {
    EXPECT_LT(static_cast<double>((one.forces[atom] - two.forces[atom]).norm()),
              1e-14 * static_cast<double>(one.force_scale));
  }
}

TEST(ImageSum, CountsThePairsOfASimpleCubicLattice) {
  // 6 + 12 + 8 + 6 neighbours within two lattice constants, each pair once.
  const std::array<double, 3> atom{100.25, -3, 7};
  const ReferenceModel model(ReferencePair{1, 1, 2.1});
  EXPECT_EQ(image_sum(model, Eigen::Matrix3d::Identity(), atom).pairs, 16U);
}

TEST(ImageSum, ForcesAreMinusTheGradientOfTheEnergy) {
  for (const Truncation truncation : truncations) {
    const ReferenceModel model(argon(truncation));
    Random random(2);
    Eigen::Matrix3d cell;
    cell << 20, 0, 0, 4, 18, 0, 0, 0, 0;
    Configuration slab = gas(cell, 10, 5.8, 20, random);
    const ReferenceResult result = image_sum(model, slab.cell, slab.positions);
    ASSERT_GT(result.cutoff_margin, 1e-4L);  // no pair crosses the cutoff below
    for (std::size_t at = 0; at < slab.positions.size(); ++at) {
      const double x = slab.positions[at];
      const double h = std::ldexp(1.0, -14);
      const auto energy = [&](double displacement) {
        slab.positions[at] = x + displacement;
        return image_sum(model, slab.cell, slab.positions).energy;
      };
      const long double gradient =
          (8 * (energy(h) - energy(-h)) - (energy(2 * h) - energy(-2 * h))) / (12 * h);
      slab.positions[at] = x;
      EXPECT_NEAR(
          static_cast<double>(-gradient / result.force_scale),
          static_cast<double>(result.forces[at / 3][static_cast<int>(at % 3)] / result.force_scale),
          1e-11);
    }
  }
}

TEST(ImageSum, VirialIsMinusTheStrainDerivative) {
  for (const Truncation truncation : truncations) {
    for (const Configuration& kind : all_kinds(argon().sigma)) {
      if (kind.natoms() > 50) continue;
      const ReferenceModel model(argon(truncation));
      const ReferenceResult result = image_sum(model, kind.cell, kind.positions);
      const LongMatrix derivative = strain_derivative(model, kind.cell, kind.positions);
      EXPECT_LE((result.virial - derivative).cwiseAbs().maxCoeff(), 1e-11L * result.virial_scale)
          << kind << "\nvirial\n"
          << result.virial << "\nderivative\n"
          << derivative;
    }
  }
}

}  // namespace
}  // namespace forcewire
