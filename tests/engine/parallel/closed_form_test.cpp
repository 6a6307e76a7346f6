// Energies, forces and pressures that are known without a computer.

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>
#include <numbers>

#include "engine/parallel/evaluator.hpp"
#include "engine/potentials/registry.hpp"
#include "support/serving.hpp"
#include "support/structures.hpp"

namespace forcewire {
namespace {

std::unique_ptr<Potential> unit_lennard_jones(const std::string& options) {
  return make_model({"lj", "sigma=1,epsilon=1," + options, {}}).potential;
}

Configuration dimer(double distance) {
  // Along a direction that favours no axis.
  Configuration result;
  result.add({4, -2, 1});
  result.add(Eigen::Vector3d(4, -2, 1) + distance * Eigen::Vector3d(2, 3, 6) / 7);
  return result;
}

TEST(ClosedForm, Dimer) {
  with_evaluator(unit_lennard_jones("cutoff=5,tail=no"), {}, [](Evaluator& evaluator) {
    const Result at_sigma = evaluator.evaluate(dimer(1).structure());
    EXPECT_NEAR(at_sigma.energy, 0, 1e-13);
    EXPECT_NEAR(at_sigma.forces[3], 24 * 2 / 7.0, 1e-12);
    EXPECT_NEAR(at_sigma.forces[4], 24 * 3 / 7.0, 1e-12);
    EXPECT_NEAR(at_sigma.forces[5], 24 * 6 / 7.0, 1e-12);
    EXPECT_NEAR(at_sigma.forces[0], -24 * 2 / 7.0, 1e-12);
    // r . f: positive where the atoms push each other away.
    EXPECT_NEAR(at_sigma.virial.trace(), 24, 1e-12);
    EXPECT_NEAR(at_sigma.virial(0, 2), 24 * (2 / 7.0) * (6 / 7.0), 1e-12);

    const Result at_minimum = evaluator.evaluate(dimer(std::pow(2, 1 / 6.0)).structure());
    EXPECT_NEAR(at_minimum.energy, -1, 1e-14);
    EXPECT_NEAR(at_minimum.forces[5], 0, 1e-13);

    const Result beyond = evaluator.evaluate(dimer(5.001).structure());
    EXPECT_EQ(beyond.energy, 0);
    EXPECT_EQ(beyond.forces[3], 0);
  });
}

TEST(ClosedForm, TruncatedDimerEndsAtTheCutoff) {
  const double u_cutoff = 4 * (std::pow(2.5, -12) - std::pow(2.5, -6));
  const auto energy_before_cutoff = [](const std::string& truncation) {
    double energy = 0;
    with_evaluator(unit_lennard_jones("cutoff=2.5,tail=no,truncation=" + truncation), {},
                   [&](Evaluator& evaluator) {
                     energy = evaluator.evaluate(dimer(2.5 - 1e-9).structure()).energy;
                   });
    return energy;
  };
  const bool is_root = Communicator::world().is_root();
  const double none = energy_before_cutoff("none");
  const double shift = energy_before_cutoff("shift");
  const double smooth = energy_before_cutoff("smooth");
  if (!is_root) return;
  EXPECT_NEAR(none, u_cutoff, 1e-9);
  EXPECT_NEAR(shift, 0, 1e-9);
  EXPECT_NEAR(smooth, 0, 1e-15);
}

/// One atom in the primitive cell of an fcc lattice whose atoms are `distance` apart.
Configuration primitive_fcc(double distance) {
  Configuration result;
  result.cell << 0, 1, 1, 1, 0, 1, 1, 1, 0;
  result.cell *= distance / std::numbers::sqrt2;
  result.add({0.1, 0.2, 0.3});
  return result;
}

TEST(ClosedForm, FccLatticeSums) {
  // E / N = 2 epsilon (A12 (sigma/d)^12 - A6 (sigma/d)^6), d the nearest distance: J. E. Jones and
  // A. E. Ingham, Proc. R. Soc. A 107, 636 (1925); digits as in C. Kittel, Introduction to Solid
  // State Physics, chapter 3.
  constexpr double a12 = 12.13188;
  constexpr double a6 = 14.45392;
  const double d0 = std::pow(2 * a12 / a6, 1 / 6.0);  // of lowest energy
  with_evaluator(unit_lennard_jones("cutoff=16,tail=yes"), {}, [&](Evaluator& evaluator) {
    for (const double d : {0.97 * d0, d0, 1.1 * d0}) {
      const Result result = evaluator.evaluate(primitive_fcc(d).structure());
      const double repulsion = 2 * a12 * std::pow(d, -12);
      const double attraction = 2 * a6 * std::pow(d, -6);
      EXPECT_NEAR(result.energy, repulsion - attraction, 2e-6 * attraction);
      // E depends on the volume alone: each diagonal element is -V dE/dV = -(d/3) dE/dd.
      const double virial = 4 * repulsion - 2 * attraction;
      for (const int axis : {0, 1, 2}) {
        EXPECT_NEAR(result.virial(axis, axis), virial, 1e-5 * attraction);
      }
      EXPECT_NEAR(result.virial(0, 1), 0, 1e-12 * attraction);
      EXPECT_NEAR(result.forces[0], 0, 1e-12 * attraction);
    }
    // The depth of the minimum, -A6^2 / (2 A12) = -8.610 epsilon.
    EXPECT_NEAR(evaluator.evaluate(primitive_fcc(d0).structure()).energy, -8.610, 1e-3);
  });
}

}  // namespace
}  // namespace forcewire
