#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace forcewire {

/// A natural cubic spline through points in equal steps.
struct Spline {
  double begin;                      ///< x of the first point
  double step;                       ///< positive
  std::vector<double> coefficients;  ///< of each interval c0, c1, c2, c3: y = sum c_k t^k, t from 0
                                     ///< to 1

  std::size_t intervals() const { return coefficients.size() / 4; }
  double end() const { return begin + step * static_cast<double>(intervals()); }
};

/// The natural spline through `y` (W. H. Press et al., Numerical Recipes, 3rd ed., 3.3).
/// @param y three points or more
Spline natural_spline(double begin, double step, const std::vector<double>& y);

/// A spline from the lines `x y` of a file, each column times its unit.
/// @throws ModelError with the path and the line when the file cannot be read, a line is no two
///         finite numbers, there are fewer than three, steps are not equal and positive, or numbers
///         are so large that something else is not finite
Spline read_spline(const std::string& path, double x_unit, double y_unit);

}  // namespace forcewire
