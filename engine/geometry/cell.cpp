#include "engine/geometry/cell.hpp"

#include <fmt/format.h>

#include <Eigen/Geometry>
#include <Eigen/LU>
#include <cmath>

#include "engine/geometry/invalid_structure.hpp"

namespace forcewire {

namespace {

// Thinner than this, relative to a box with the same edges, the inverse has no correct digits left.
constexpr double flattest = 1e-12;

std::string show(const Eigen::Matrix3d& rows) {
  return fmt::format("({:g} {:g} {:g}) ({:g} {:g} {:g}) ({:g} {:g} {:g}) bohr", rows(0, 0),
                     rows(0, 1), rows(0, 2), rows(1, 0), rows(1, 1), rows(1, 2), rows(2, 0),
                     rows(2, 1), rows(2, 2));
}

}  // namespace

Cell::Cell(const Eigen::Matrix3d& lattice_vectors, const Periodicity& periodicity) {
  if (!lattice_vectors.allFinite()) {
    throw InvalidStructure("the cell holds a number that is not finite: " + show(lattice_vectors));
  }
  periodic_ = periodicity.resolve(lattice_vectors);

  // Unit vectors along the periodic axes: their determinant measures how flat the cell is, whatever
  // its size.
  Eigen::Matrix3d directions = Eigen::Matrix3d::Zero();
  Eigen::Vector3d lengths = Eigen::Vector3d::Ones();
  for (int axis = 0; axis < 3; ++axis) {
    if (!periodic_[static_cast<std::size_t>(axis)]) continue;
    lengths[axis] = lattice_vectors.row(axis).stableNorm();
    if (!(lengths[axis] <= longest_vector)) {
      throw InvalidStructure(
          fmt::format("lattice vector {} is {:g} bohr long, expected at most {:g}, or zero where "
                      "the structure does not repeat",
                      "abc"[axis], lengths[axis], longest_vector));
    }
    directions.col(axis) = lattice_vectors.row(axis).transpose() / lengths[axis];
  }
  // Each axis that is not periodic becomes perpendicular to all that stand already.
  for (int axis = 0; axis < 3; ++axis) {
    if (periodic_[static_cast<std::size_t>(axis)]) continue;
    const Eigen::Vector3d u = directions.col((axis + 1) % 3);
    const Eigen::Vector3d v = directions.col((axis + 2) % 3);
    Eigen::Vector3d normal = u.cross(v);
    if (u.isZero() && v.isZero()) {
      normal = Eigen::Vector3d::Unit(axis);
    } else if (u.isZero() || v.isZero()) {
      normal = (u + v).unitOrthogonal();
    }
    if (normal.norm() > flattest) directions.col(axis) = normal.normalized();
  }

  const double flatness = std::abs(directions.determinant());
  if (!(flatness > flattest)) {
    throw InvalidStructure("the cell is singular, its lattice vectors lie in one plane or line: " +
                           show(lattice_vectors));
  }
  matrix_ = directions * lengths.asDiagonal();
  for (int axis = 0; axis < 3; ++axis) {
    // Exactly what the server sent, not the product of its direction and its length.
    if (periodic_[static_cast<std::size_t>(axis)]) {
      matrix_.col(axis) = lattice_vectors.row(axis).transpose();
    }
  }
  inverse_ = lengths.cwiseInverse().asDiagonal() * directions.inverse().eval();
  volume_ = flatness * lengths.prod();
  if (!inverse_.allFinite() || !(volume_ > 0) || !std::isfinite(volume_)) {
    throw InvalidStructure("the cell is so small that its volume or its inverse is no number: " +
                           show(lattice_vectors));
  }
}

}  // namespace forcewire
