#include "engine/potentials/lennard_jones_pair.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace forcewire {
namespace {

const LennardJonesPair pair{
    parse_quantity("2", Dimension::length, ""), parse_quantity("0.5", Dimension::energy, ""),
    parse_quantity("5", Dimension::length, ""), parse_quantity("4", Dimension::length, "")};

TEST(LennardJonesPair, HasItsWellWhereTheFormulaSays) {
  const double minimum = 2 * std::pow(2.0, 1.0 / 6.0);
  EXPECT_NEAR(pair.full_energy(2), 0, 1e-16);
  EXPECT_NEAR(pair.full_energy(minimum), -0.5, 1e-15);
  EXPECT_LT(pair.full_energy(minimum), pair.full_energy(minimum + 1e-3));
  EXPECT_LT(pair.full_energy(minimum), pair.full_energy(minimum - 1e-3));
  EXPECT_DOUBLE_EQ(pair.full_energy(4), 2 * (1.0 / 4096 - 1.0 / 64));
}

TEST(LennardJonesPair, SwitchesFromOneToZero) {
  EXPECT_EQ(pair.switch_factor(3), 1);
  EXPECT_EQ(pair.switch_factor(4), 1);
  EXPECT_EQ(pair.switch_factor(5), 0);
  EXPECT_EQ(pair.switch_factor(6), 0);
  // Half-way in r^2, where 1 - 10/8 + 15/16 - 6/32 = 1/2.
  EXPECT_NEAR(pair.switch_factor(std::sqrt((16.0 + 25.0) / 2)), 0.5, 1e-15);
}

TEST(LennardJonesPair, EndsAtTheCutoffAsTruncationSays) {
  const double just_inside = 5 * (1 - 1e-12);
  const double jump = 2 * (std::pow(0.4, 12) - std::pow(0.4, 6));
  EXPECT_NEAR(pair.truncated_energy(just_inside, Truncation::none), jump, 1e-12);
  EXPECT_NEAR(pair.truncated_energy(just_inside, Truncation::shift), 0, 1e-12);
  EXPECT_NEAR(pair.truncated_energy(just_inside, Truncation::smooth), 0, 1e-12);
  EXPECT_DOUBLE_EQ(pair.truncated_energy(3, Truncation::shift), pair.full_energy(3) - jump);
  EXPECT_EQ(pair.truncated_energy(3, Truncation::smooth), pair.full_energy(3));
  for (const Truncation truncation : {Truncation::none, Truncation::shift, Truncation::smooth}) {
    EXPECT_EQ(pair.truncated_energy(5, truncation), 0);
    EXPECT_EQ(pair.truncated_energy(7, truncation), 0);
  }
}

}  // namespace
}  // namespace forcewire
