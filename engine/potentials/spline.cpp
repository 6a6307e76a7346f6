#include "engine/potentials/spline.hpp"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <string_view>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/leading_number.hpp"

namespace forcewire {

namespace {

// Tables are written with few digits.
constexpr double tolerated_step_error = 1e-3;

/// The next number of a line, which moves on behind it.
double take_number(std::string_view& line, const std::string& origin) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  const LeadingNumber number = read_leading_number(line);
  if (number.length == 0 || !number.in_range || !std::isfinite(number.value)) {
    throw ModelError(fmt::format("{}: expected two finite numbers, r and u(r)", origin));
  }
  line.remove_prefix(number.length);
  return number.value;
}

}  // namespace

Spline natural_spline(double begin, double step, const std::vector<double>& y) {
  // Second derivatives m in units of the step: m[i-1] + 4 m[i] + m[i+1] = 6 (y[i-1] - 2 y[i] +
  // y[i+1]), zero at both ends; Thomas' algorithm.
  const std::size_t points = y.size();
  std::vector<double> m(points, 0);
  std::vector<double> upper(points, 0);
  for (std::size_t i = 1; i + 1 < points; ++i) {
    const double pivot = 4 - upper[i - 1];
    upper[i] = 1 / pivot;
    m[i] = (6 * (y[i - 1] - 2 * y[i] + y[i + 1]) - m[i - 1]) / pivot;
  }
  for (std::size_t i = points - 1; i-- > 1;) m[i] -= upper[i] * m[i + 1];

  Spline spline{begin, step, {}};
  for (std::size_t i = 0; i + 1 < points; ++i) {
    const double c[] = {y[i], y[i + 1] - y[i] - (2 * m[i] + m[i + 1]) / 6, m[i] / 2,
                        (m[i + 1] - m[i]) / 6};
    spline.coefficients.insert(spline.coefficients.end(), std::begin(c), std::end(c));
  }
  return spline;
}

Spline read_spline(const std::string& path, double x_unit, double y_unit) {
  std::ifstream file(path);
  if (!file) throw ModelError(fmt::format("{}: cannot read the table", path));
  std::vector<double> x;
  std::vector<double> y;
  std::string text;
  for (int number = 1; std::getline(file, text); ++number) {
    std::string_view line(text);
    line = line.substr(0, line.find('#'));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::string origin = fmt::format("{}:{}", path, number);
    x.push_back(take_number(line, origin) * x_unit);
    y.push_back(take_number(line, origin) * y_unit);
  }
  if (x.size() < 3) {
    throw ModelError(fmt::format("{}: {} points, expected three or more", path, x.size()));
  }
  const double step = (x.back() - x.front()) / static_cast<double>(x.size() - 1);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double expected = x.front() + step * static_cast<double>(i);
    if (!(step > 0) || std::abs(x[i] - expected) > tolerated_step_error * step) {
      throw ModelError(
          fmt::format("{}: point {} is at {:g}, expected {:g}: steps must be equal, and upwards",
                      path, i + 1, x[i] / x_unit, expected / x_unit));
    }
  }
  return natural_spline(x.front(), step, y);
}

}  // namespace forcewire
