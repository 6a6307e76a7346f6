#include "engine/geometry/position_grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/geometry/coordinates.hpp"
#include "engine/geometry/invalid_structure.hpp"

namespace forcewire {

namespace {

// Up to 2^53 steps a double is a whole number of them: of an atom and of its images' lattice
// vectors each may take a part.
constexpr double farthest = 0x1p20;         // [bohr]
constexpr double farthest_images = 0x1p22;  // [bohr]

// An atom on the face of the cell, give or take rounding, is on the lower one; fractional.
constexpr double face = 0x1p-40;

/// To a multiple of the step, ties to even. @param x below 2^21 bohr
double rounded(double x) {
  // Beyond 2^52 steps there are no fractions of one.
  constexpr double shifter = 1.5 * 0x1p52 * PositionGrid::step;
  return (x + shifter) - shifter;
}

double rounded(long double x) {
  return static_cast<double>(std::rint(x / PositionGrid::step) * PositionGrid::step);
}

bool is_periodic(const Cell& cell) {
  return std::ranges::any_of(cell.periodic(), [](bool periodic) { return periodic; });
}

Cell rounded_cell(const Cell& cell, double reach) {
  if (!is_periodic(cell)) return cell;
  Eigen::Matrix3d vectors = Eigen::Matrix3d::Zero();
  double images = 0;  // how far the sums of lattice vectors get on their way
  for (int axis = 0; axis < 3; ++axis) {
    if (!cell.periodic()[static_cast<std::size_t>(axis)]) continue;
    const Eigen::Vector3d vector = cell.matrix().col(axis);
    // The places of atoms span a cell or two, and all images within reach of them are seen.
    images += (4 + reach * cell.inverse().row(axis).norm()) * vector.lpNorm<Eigen::Infinity>();
    if (!(images < farthest_images)) break;
    for (int i = 0; i < 3; ++i) vectors(axis, i) = rounded(vector[i]);
    if (vectors.row(axis).isZero(0)) {
      throw InvalidStructure(
          fmt::format("lattice vector {} is shorter than {:.1e} bohr, to which positions are "
                      "rounded to be reproducible",
                      "abc"[axis], PositionGrid::step));
    }
  }
  if (!(images < farthest_images)) {
    throw InvalidStructure(fmt::format(
        "the images of atoms span more than {:.1e} bohr, too much to be reproducible in every bit",
        farthest_images));
  }
  return Cell(vectors);
}

}  // namespace

PositionGrid::PositionGrid(const Cell& cell, double reach)
    : cell_(cell), rounded_(rounded_cell(cell, reach)), is_needed_(is_periodic(cell)) {}

void PositionGrid::place(std::span<const double> positions, std::size_t first,
                         std::span<double> places) const {
  if (!is_needed_) {
    std::ranges::copy(positions, places.begin());
    return;
  }
  for (std::size_t at = 0; at < positions.size(); at += 3) {
    const Eigen::Vector3d place = into_cell(position_of(positions, at / 3));
    for (int i = 0; i < 3; ++i) {
      if (std::abs(place[i]) <= farthest) continue;
      throw InvalidStructure(fmt::format(
          "coordinate {} of atom {} is {} bohr, expected less than {:.1e} for a result "
          "that is reproducible in every bit",
          "xyz"[i], (first + at) / 3, positions[at + static_cast<std::size_t>(i)], farthest));
    }
    std::copy_n(place.data(), 3, &places[at]);
  }
}

Eigen::Vector3d PositionGrid::into_cell(const Eigen::Vector3d& position) const {
  const Eigen::Array3d s = (cell_.inverse() * position).array() + face;
  Eigen::Array3d cells = Eigen::Array3d::Zero();
  for (int axis = 0; axis < 3; ++axis) {
    if (cell_.periodic()[static_cast<std::size_t>(axis)]) cells[axis] = whole(s[axis]);
  }
  Eigen::Vector3d place = position;
  const bool is_inside = (cells == 0).all();
  for (int i = 0; i < 3; ++i) {
    if (is_inside) {
      if (std::abs(place[i]) <= farthest) place[i] = rounded(place[i]);
      continue;
    }
    // In double precision it would matter from how many cells away an atom comes.
    long double x = position[i];
    for (int axis = 0; axis < 3; ++axis) {
      x -= static_cast<long double>(cell_.matrix()(i, axis)) * cells[axis];
    }
    place[i] = rounded(x);
  }
  return place;
}

}  // namespace forcewire
