// Each vector in turn is made as short as whole multiples of the two others can make it, until none
// gets shorter. Two at a time (Lagrange) would not do: three vectors that nearly cancel, 120
// degrees apart, are as short as pairs can make them. See I. Semaev, Lect. Notes Comput. Sci. 2146,
// 181 (2001), and P. Nguyen and D. Stehle, ACM Trans. Algorithms 5, 46 (2009).

#include "engine/geometry/reduced_cell.hpp"

#include <Eigen/Core>
#include <cmath>

namespace forcewire {

namespace {

using Eigen::Matrix3d;
using Eigen::Vector3d;

/// Lattice vectors of so many times the height of the cell above the plane of the others are
/// skewed. Cells of crystals and of sheared boxes that are turned back in time have below 3.
constexpr double most_lengths_per_height = 10;

bool is_skewed(const Cell& cell) {
  const Vector3d lengths = cell.matrix().colwise().norm();
  const Vector3d heights = cell.heights();
  for (int axis = 0; axis < 3; ++axis) {
    if (!cell.periodic()[static_cast<std::size_t>(axis)]) continue;
    if (lengths[axis] > most_lengths_per_height * heights[axis]) return true;
  }
  return false;
}

/// `vector` less the multiple of `other`, which may be zero, that makes it shortest.
Vector3d less_multiple(const Vector3d& vector, const Vector3d& other) {
  if (other.isZero(0)) return vector;
  return vector - std::round(vector.dot(other) / other.squaredNorm()) * other;
}

/// `vector` less multiples of the two others, which may be zero, that make it shortest, or nearly.
Vector3d less_multiples(const Vector3d& vector, const Vector3d& first, const Vector3d& second) {
  // Were multiples of `second` fractions, the best one of `first` would be a neighbour of this.
  const double along = second.isZero(0) ? 0 : first.dot(second) / second.squaredNorm();
  const Vector3d upright = first - along * second;
  const double multiple = vector.dot(upright) / upright.squaredNorm();
  Vector3d shortest = less_multiple(vector, second);
  for (const double whole : {std::floor(multiple), std::ceil(multiple)}) {
    const Vector3d left = less_multiple(vector - whole * first, second);
    if (left.squaredNorm() < shortest.squaredNorm()) shortest = left;  // not so a NaN
  }
  return shortest;
}

/// @param vectors columns; that of an open axis is zero
/// @return whether one got shorter, by more than a cell breathes: where two choices are as good, it
/// should be the same one for the next request
bool shorten(Matrix3d& vectors) {
  constexpr double breath = 1e-3;
  bool any = false;
  for (int axis = 0; axis < 3; ++axis) {
    for (const int step : {1, 2}) {
      const Vector3d left = less_multiples(vectors.col(axis), vectors.col((axis + step) % 3),
                                           vectors.col((axis + 3 - step) % 3));
      if (!(left.squaredNorm() < (1 - breath) * vectors.col(axis).squaredNorm())) continue;
      vectors.col(axis) = left;
      any = true;
    }
  }
  return any;
}

}  // namespace

Cell reduced_if_skewed(const Cell& cell) {
  if (!is_skewed(cell)) return cell;
  Matrix3d vectors = cell.matrix();
  for (int axis = 0; axis < 3; ++axis) {
    if (!cell.periodic()[static_cast<std::size_t>(axis)]) vectors.col(axis).setZero();
  }
  // As with Euclid's algorithm, a few rounds are enough; the limit is for numbers that are no
  // lattice any more.
  constexpr int most_rounds = 1000;
  for (int round = 0; round < most_rounds && shorten(vectors); ++round) {
  }
  return Cell(vectors.transpose());
}

}  // namespace forcewire
