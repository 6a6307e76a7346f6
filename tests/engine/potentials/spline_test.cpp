#include "engine/potentials/spline.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <numbers>
#include <string>

#include "engine/potentials/errors.hpp"
#include "temporary_file.hpp"

namespace forcewire {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

double value(const Spline& spline, double x) {
  const double at = (x - spline.begin) / spline.step;
  const auto interval = std::min(static_cast<std::size_t>(at), spline.intervals() - 1);
  const double t = at - static_cast<double>(interval);
  const double* c = &spline.coefficients[4 * interval];
  return c[0] + t * (c[1] + t * (c[2] + t * c[3]));
}

TEST(NaturalSpline, IsExactForAStraightLine) {
  const Spline line = natural_spline(1, 0.5, {3, 2, 1, 0});
  EXPECT_EQ(line.end(), 2.5);
  for (double x = 1; x <= 2.5; x += 0.1) EXPECT_NEAR(value(line, x), 3 - 2 * (x - 1), 1e-15);
}

// sin has no second derivative at 0 and pi, as the spline; the error is h^4 / 384 at most
// (C. A. Hall and W. W. Meyer, J. Approx. Theory 16, 105 (1976): 5/384 with the slopes given).
TEST(NaturalSpline, FollowsASine) {
  constexpr int points = 41;
  const double step = std::numbers::pi / (points - 1);
  std::vector<double> y;
  for (int i = 0; i < points; ++i) y.push_back(std::sin(step * i));
  const Spline spline = natural_spline(0, step, y);
  double worst = 0;
  for (double x = 0; x <= std::numbers::pi; x += 0.003) {
    worst = std::max(worst, std::abs(value(spline, x) - std::sin(x)));
  }
  EXPECT_LT(worst, 5.0 / 384 * std::pow(step, 4));
  EXPECT_GT(worst, 1e-9);
}

TEST(NaturalSpline, HasContinuousSlopeAndCurvature) {
  const Spline s = natural_spline(0, 1, {1, -2, 5, 0, 3});
  for (std::size_t i = 0; i + 1 < s.intervals(); ++i) {
    const double* left = &s.coefficients[4 * i];
    const double* right = left + 4;
    EXPECT_NEAR(left[0] + left[1] + left[2] + left[3], right[0], 1e-13);
    EXPECT_NEAR(left[1] + 2 * left[2] + 3 * left[3], right[1], 1e-13);
    EXPECT_NEAR(2 * left[2] + 6 * left[3], 2 * right[2], 1e-13);
  }
  EXPECT_NEAR(s.coefficients[2], 0, 1e-15);
  const double* last = &s.coefficients[4 * (s.intervals() - 1)];
  EXPECT_NEAR(2 * last[2] + 6 * last[3], 0, 1e-13);
}

TEST(ReadSpline, ReadsColumnsInTheirUnits) {
  const TemporaryFile file("# r u\n1 10\n\n 2\t20 # a point\n3 0\n");
  const Spline spline = read_spline(file.path(), 2, 0.5);
  EXPECT_EQ(spline.begin, 2);
  EXPECT_EQ(spline.step, 2);
  EXPECT_NEAR(value(spline, 4), 10, 1e-14);
  const TemporaryFile by_fortran("1.0 5D-1\r\n2.0 -1d+0 \r\n\r\n3.0 0.0\r\n");
  EXPECT_EQ(read_spline(by_fortran.path(), 1, 1).coefficients[0], 0.5);
}

TEST(ReadSpline, RefusesBadFiles) {
  const auto refuses = [](const std::string& text, const std::string& why) {
    const TemporaryFile file(text);
    EXPECT_THAT([&] { read_spline(file.path(), 1, 1); },
                ThrowsMessage<ModelError>(AllOf(HasSubstr(file.path()), HasSubstr(why))))
        << text;
  };
  refuses("1 2\n2 3\n", "2 points, expected three or more");
  refuses("1 2\n2 x\n3 4\n", ":2: expected two finite numbers");
  refuses("1 2\n2\n3 4\n", ":2: expected two finite numbers");
  refuses("1 2\n2 nan\n3 4\n", ":2: expected two finite numbers");
  refuses("1 2\n2 3eV\n3 4\n", ":2: expected two finite numbers");
  refuses("1 2\n2 1.0-100\n3 4\n", ":2: expected two finite numbers");  // by Fortran
  refuses("1 2\n2-3\n3 4\n", ":2: expected two finite numbers");
  refuses("1 1 2\n2 2 3\n3 3 4\n", ":1: expected two finite numbers");  // index r u
  refuses("1 2\n2 1e999\n3 4\n", ":2: expected two finite numbers");
  refuses("-1.5e308 2\n0 3\n1.5e308 4\n", "steps of inf are too long or short");
  refuses("1e-310 2\n2e-310 3\n3e-310 4\n", "too long or short");
  refuses("1 1e308\n2 -1e308\n3 1e308\n", "too large to compute with");
  refuses("1 2\n2 3\n4 4\n", "point 2 is at 2, expected 2.5");
  refuses("3 2\n2 3\n1 4\n", "steps must be equal, and upwards");
  EXPECT_THAT([] { read_spline("/nowhere/table", 1, 1); },
              ThrowsMessage<ModelError>(HasSubstr("/nowhere/table: cannot read")));
}

}  // namespace
}  // namespace forcewire
