#include "engine/geometry/reduced_cell.hpp"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <algorithm>
#include <array>
#include <random>

namespace forcewire {
namespace {

using Eigen::Matrix3d;
using Eigen::Vector3d;

/// Lengths of the periodic lattice vectors, the shortest first; 0 for open axes.
std::array<double, 3> lengths(const Cell& cell) {
  std::array<double, 3> result{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (cell.periodic()[axis]) result[axis] = cell.matrix().col(static_cast<int>(axis)).norm();
  }
  std::sort(result.begin(), result.end());
  return result;
}

void expect_same_lengths(const Cell& cell, const Cell& expected) {
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(lengths(cell)[i], lengths(expected)[i], 1e-7) << cell.matrix();
  }
}

/// Is each vector of `cell` a whole combination of those of `other`, and the other way round?
void expect_same_lattice(const Cell& cell, const Cell& other) {
  const Matrix3d whole = other.inverse() * cell.matrix();
  EXPECT_LT((whole.array() - whole.array().round()).abs().maxCoeff(), 1e-5) << whole;
  EXPECT_NEAR(std::abs(whole.determinant()), 1, 1e-5) << whole;
  EXPECT_EQ(cell.periodic(), other.periodic());
}

/// Lattice vectors that are as short as they can be: boxes, a rhombohedron, and vectors at 120
/// degrees, of which pairs cannot be shortened and three nearly cancel.
std::array<Matrix3d, 4> shortest_vectors() {
  std::array<Matrix3d, 4> rows;
  rows[0] << 3, 0, 0, 0, 5, 0, 0, 0, 9;
  rows[1] << 0, 7, 7, 7, 0, 7, 7, 7, 0;
  rows[2] << 14.9, 0.4, -0.3, 5.1, 14.2, 0.2, -3.9, 2.8, 15.3;
  rows[3] << 10, 0, 0, -5, 8.67, 0, 0, 0, 0.5;
  return rows;
}

TEST(ReducedCell, IsTheCellItselfWhereThatIsNotVerySkewed) {
  for (const Matrix3d& rows : shortest_vectors()) {
    EXPECT_EQ(reduced_if_skewed(Cell(rows)).matrix(), Cell(rows).matrix());
    Matrix3d sheared = rows;
    sheared.row(0) += rows.row(2);
    EXPECT_EQ(reduced_if_skewed(Cell(sheared)).matrix(), Cell(sheared).matrix());
  }
}

TEST(ReducedCell, HasTheShortestVectorsOfTheLattice) {
  std::mt19937_64 random(3);
  std::uniform_int_distribution<int> axis(0, 2);
  std::uniform_int_distribution<int> multiple(-15, 15);
  for (const Matrix3d& rows : shortest_vectors()) {
    for (int trial = 0; trial < 200; ++trial) {
      Matrix3d skewed = rows;
      for (int shear = 0; shear < 3; ++shear) {
        const int to = axis(random);
        skewed.row(to) += multiple(random) * skewed.row((to + 1 + axis(random) % 2) % 3);
      }
      const Cell cell(skewed);
      const Cell reduced = reduced_if_skewed(cell);
      expect_same_lattice(reduced, cell);
      // What is skewed a little, stays so.
      if (reduced.matrix() != cell.matrix()) expect_same_lengths(reduced, Cell(rows));
    }
  }
}

TEST(ReducedCell, TakesThreeVectorsThatNearlyCancel) {
  Matrix3d rows;
  rows << 10, 0, 0, -5, 8.67, 0, -5, -8.67, 0.5;
  const Cell reduced = reduced_if_skewed(Cell(rows));
  expect_same_lattice(reduced, Cell(rows));
  expect_same_lengths(reduced, Cell(shortest_vectors()[3]));
}

TEST(ReducedCell, LeavesOpenAxesAlone) {
  for (int open = 0; open < 3; ++open) {
    Matrix3d rows = shortest_vectors()[2];
    rows.row(open).setZero();
    Matrix3d skewed = rows;
    skewed.row((open + 1) % 3) += 1000 * rows.row((open + 2) % 3);
    const Cell reduced = reduced_if_skewed(Cell(skewed));
    expect_same_lattice(reduced, Cell(skewed));
    expect_same_lengths(reduced, Cell(rows));
  }
  const Cell wire(Vector3d(0, 0, 1e-3).asDiagonal().toDenseMatrix());
  EXPECT_EQ(reduced_if_skewed(wire).matrix(), wire.matrix());
}

TEST(ReducedCell, ComesToAnEndForAnyNumbers) {
  for (const double large : {1e3, 1e6, 9e8}) {
    for (const double small : {1e-100, 1e-9, 1.0}) {
      Matrix3d rows;
      rows << large, 0, 0, 0.999 * large, large / 100, 0, 0.3 * small, 0.7 * small, small;
      const Cell cell(rows);
      EXPECT_LE(lengths(reduced_if_skewed(cell))[2], lengths(cell)[2]);
    }
  }
}

}  // namespace
}  // namespace forcewire
