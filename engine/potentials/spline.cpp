#include "engine/potentials/spline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <string_view>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/leading_number.hpp"

namespace forcewire {

namespace {

// Tables are written with few digits.
constexpr double tolerated_step_error = 1e-3;

constexpr std::string_view blanks = " \t\r";

void skip_blanks(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
}

/// The next number of a line, which moves on behind it; not a number if the word is none. Only
/// whole words: Fortran writes 1e-100 as 1.0-100, which begins with a number, too.
double take_number(std::string_view& line) {
  skip_blanks(line);
  const std::string_view word = line.substr(0, line.find_first_of(blanks));
  line.remove_prefix(word.size());
  const LeadingNumber number = read_leading_number(word);
  const bool is_number = !word.empty() && number.length == word.size() && number.in_range;
  return is_number ? number.value : std::numeric_limits<double>::quiet_NaN();
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
    skip_blanks(line);
    if (line.empty()) continue;
    x.push_back(take_number(line) * x_unit);
    y.push_back(take_number(line) * y_unit);
    skip_blanks(line);
    if (!std::isfinite(x.back()) || !std::isfinite(y.back()) || !line.empty()) {
      throw ModelError(fmt::format("{}:{}: expected two finite numbers, r and u(r)", path, number));
    }
  }
  if (x.size() < 3) {
    throw ModelError(fmt::format("{}: {} points, expected three or more", path, x.size()));
  }
  const double step = (x.back() - x.front()) / static_cast<double>(x.size() - 1);
  if (!std::isfinite(step) || (step > 0 && !std::isfinite(1 / step))) {
    throw ModelError(fmt::format("{}: steps of {:g} are too long or short to compute with", path,
                                 step / x_unit));
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double expected = x.front() + step * static_cast<double>(i);
    if (!(step > 0) || std::abs(x[i] - expected) > tolerated_step_error * step) {
      throw ModelError(
          fmt::format("{}: point {} is at {:g}, expected {:g}: steps must be equal, and upwards",
                      path, i + 1, x[i] / x_unit, expected / x_unit));
    }
  }
  Spline spline = natural_spline(x.front(), step, y);
  const bool is_finite =
      std::ranges::all_of(spline.coefficients, [](double c) { return std::isfinite(c); });
  if (!is_finite || !std::isfinite(spline.end())) {
    throw ModelError(fmt::format("{}: its numbers are too large to compute with", path));
  }
  return spline;
}

}  // namespace forcewire
