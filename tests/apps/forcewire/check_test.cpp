#include "apps/forcewire/check.hpp"

#include <gmock/gmock.h>

#include <Eigen/Core>
#include <cmath>
#include <string>
#include <vector>

#include "engine/potentials/registry.hpp"

namespace forcewire {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Two atoms in an otherwise empty world, for which all is known in closed form: sigma = 1,
/// epsilon = 1/4, so u = r^-12 - r^-6.
class Dimer : public ::testing::Test {
 protected:
  Dimer() {
    const Eigen::Vector3d separation = second_ - first_;
    const double r = separation.norm();
    const double slope = -12 * std::pow(r, -13) + 6 * std::pow(r, -7);
    const Eigen::Vector3d on_first = slope / r * separation;
    result_.energy = std::pow(r, -12) - std::pow(r, -6);
    Eigen::Map<Eigen::Vector3d>(forces_.data()) = on_first;
    Eigen::Map<Eigen::Vector3d>(forces_.data() + 3) = -on_first;
    result_.forces = forces_;
    result_.virial = -separation * on_first.transpose();
    Eigen::Map<Eigen::Vector3d>(positions_.data()) = first_;
    Eigen::Map<Eigen::Vector3d>(positions_.data() + 3) = second_;
  }

  CheckReport check(double budget = 1e6) const {
    return check_result({Eigen::Matrix3d::Zero(), positions_}, Cell(Eigen::Matrix3d::Zero()), {},
                        *model_.potential, result_, budget);
  }

  Eigen::Vector3d first_{1, 2, 3};
  Eigen::Vector3d second_{1.7, 1.4, 3.6};
  std::vector<double> positions_ = std::vector<double>(6);
  std::vector<double> forces_ = std::vector<double>(6);
  Result result_;
  Model model_ = make_model({"lj", "1,0.25,5", {}});
};

TEST_F(Dimer, RightNumbersAgree) {
  const CheckReport report = check();
  EXPECT_EQ(report.verdict, Verdict::agreed) << report.text;
  EXPECT_THAT(report.text, HasSubstr("all 2 atoms"));
  EXPECT_THAT(report.text, HasSubstr("verdict: agreed"));
  EXPECT_THAT(report.text, Not(HasSubstr("<--")));
}

TEST_F(Dimer, WrongEnergyIsSeen) {
  result_.energy *= 1 + 1e-9;
  const CheckReport report = check();
  EXPECT_EQ(report.verdict, Verdict::disagreed);
  EXPECT_THAT(report.text, HasSubstr("verdict: DISAGREED"));
}

TEST_F(Dimer, WrongForceIsSeen) {
  forces_[4] *= 1 + 1e-5;
  const CheckReport report = check();
  EXPECT_EQ(report.verdict, Verdict::disagreed);
  EXPECT_THAT(report.text, HasSubstr("force on atom 1, y"));
}

TEST_F(Dimer, ForceThatIsNoNumberIsSeen) {
  forces_[0] = std::nan("");
  EXPECT_EQ(check().verdict, Verdict::disagreed);
}

TEST_F(Dimer, EachWrongVirialElementIsSeen) {
  const Eigen::Matrix3d right = result_.virial;
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      result_.virial = right;
      result_.virial(i, j) += 1e-5 * right.norm();
      EXPECT_EQ(check().verdict, Verdict::disagreed) << i << ' ' << j;
    }
  }
}

TEST_F(Dimer, SampleWhenAllIsTooMuch) {
  result_.energy *= 2;  // is not looked at
  const CheckReport report = check(1);
  EXPECT_EQ(report.verdict, Verdict::agreed) << report.text;
  EXPECT_THAT(report.text, HasSubstr("1 of 2 atoms"));
  EXPECT_THAT(report.text, HasSubstr("not compared"));
}

// One atom of a periodic chain, with the tail of a plain truncation: energy and virial of a simple
// cubic crystal whose cutoff sees six neighbours, in closed form.
TEST(Check, PeriodicCrystalWithTail) {
  const double a = 1.3;
  const double cutoff = 1.5;
  const Model model = make_model({"lj", "1,0.25,1.5", {}});
  const Eigen::Matrix3d lattice = a * Eigen::Matrix3d::Identity();
  const double volume = a * a * a;
  const double r3 = std::pow(cutoff, -3);
  // Integrals of r^2 u and of r^3 u' from the cutoff to infinity.
  const double u_integral = std::pow(r3, 3) / 9 - r3 / 3;
  const double slope_integral = -12 * std::pow(r3, 3) / 9 + 6 * r3 / 3;
  Result result;
  result.energy = 3 * (std::pow(a, -12) - std::pow(a, -6)) + 2 * M_PI / volume * u_integral;
  result.virial = Eigen::Matrix3d::Identity() * (12 * std::pow(a, -12) - 6 * std::pow(a, -6) -
                                                 2 * M_PI / (3 * volume) * slope_integral);
  const std::vector<double> forces(3, 0.0);
  result.forces = forces;
  const std::vector<double> positions{0.1, 0.2, 0.3};
  const CheckReport report =
      check_result({lattice, positions}, Cell(lattice), {}, *model.potential, result);
  EXPECT_EQ(report.verdict, Verdict::agreed) << report.text;
}

}  // namespace
}  // namespace forcewire
