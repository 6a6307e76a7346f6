#include "apps/forcewire/vacuum.hpp"

#include <gmock/gmock.h>

#include <limits>
#include <string>
#include <vector>

#include "engine/potentials/registry.hpp"

namespace forcewire {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Eigen::Matrix3d diagonal(double a, double b, double c) {
  return Eigen::Vector3d(a, b, c).asDiagonal();
}

std::string warning(const Eigen::Matrix3d& cell, const std::vector<double>& positions,
                    const std::string& axes = "auto",
                    const std::string& options = "sigma=1,epsilon=1,cutoff=3") {
  const Model model = make_model({"lj", options, {}});
  return vacuum_warning({cell, positions}, Periodicity::parse(axes), *model.potential)
      .value_or("no warning");
}

TEST(WidestGaps, BetweenAtomsAndAcrossTheBorder) {
  const std::vector<double> positions{0, 1, 2, 4, 9, 1002.5, 5, 3, -7.75};  // c: 2, 2.5, 2.25
  const Eigen::Vector3d gaps = widest_gaps(positions, Cell(diagonal(10, 10, 10)));
  EXPECT_NEAR(gaps[0], 5, 1e-9);
  EXPECT_NEAR(gaps[1], 6, 1e-9);
  EXPECT_NEAR(gaps[2], 9.5, 1e-9);
}

TEST(WidestGaps, ArePerpendicularToThePlanes) {
  Eigen::Matrix3d cell = diagonal(4, 4, 4);
  cell.row(1) << 3, 4, 0;
  const std::vector<double> positions{0, 0, 0};
  const Eigen::Vector3d gaps = widest_gaps(positions, Cell(cell));
  EXPECT_NEAR(gaps[0], 4 * 0.8, 1e-12);  // the planes of b and c are nearer than a is long
  EXPECT_NEAR(gaps[1], 4, 1e-12);
}

TEST(WidestGaps, OnlyAlongPeriodicAxes) {
  const std::vector<double> positions{0, 0, 0, 0, 0, 50};
  EXPECT_EQ(widest_gaps(positions, Cell(diagonal(2, 0, 0))), Eigen::Vector3d(2, 0, 0));
}

TEST(VacuumWarning, NamesTheAxesToKeep) {
  const std::vector<double> positions{0, 0, 0, 2, 2, 2};
  EXPECT_EQ(warning(diagonal(4, 4, 4), positions), "no warning");
  EXPECT_THAT(warning(diagonal(4, 4, 20), positions),
              AllOf(HasSubstr("9.5 angstrom along c"), HasSubstr("--periodic ab;"),
                    Not(HasSubstr("along a"))));
  EXPECT_THAT(warning(diagonal(20, 20, 20), positions), HasSubstr("--periodic none"));
}

TEST(VacuumWarning, OnlyWhereItMatters) {
  const Eigen::Matrix3d cell = diagonal(20, 20, 20);
  const std::vector<double> positions{0, 0, 0};
  EXPECT_THAT(warning(cell, positions), HasSubstr("empty space"));
  EXPECT_EQ(warning(cell, positions, "abc"), "no warning");  // the user knows
  EXPECT_EQ(warning(cell, positions, "ab"), "no warning");
  EXPECT_EQ(warning(diagonal(20, 20, 0), positions), "no warning");
  EXPECT_EQ(warning(cell, positions, "auto", "sigma=1,epsilon=1,cutoff=3,tail=no"), "no warning");
}

TEST(VacuumWarning, LeavesBadNumbersToTheEngine) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(warning(diagonal(20, 20, 20), {0, nan, 0}), "no warning");
}

}  // namespace
}  // namespace forcewire
