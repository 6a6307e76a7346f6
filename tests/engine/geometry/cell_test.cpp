#include "engine/geometry/cell.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/Geometry>
#include <Eigen/LU>
#include <cmath>
#include <limits>

#include "engine/geometry/invalid_structure.hpp"

namespace forcewire {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

Eigen::Matrix3d triclinic() {
  Eigen::Matrix3d cell;
  cell << 10, 0.5, -1, 3, 9, 2, -4, 1, 11;
  return cell;
}

/// `cell` without the vectors of `open` axes.
Eigen::Matrix3d without(Eigen::Matrix3d cell, std::initializer_list<int> open) {
  for (const int axis : open) cell.row(axis).setZero();
  return cell;
}

TEST(Cell, HasLatticeVectorsAsColumns) {
  const Cell cell(triclinic());
  EXPECT_EQ(cell.matrix(), triclinic().transpose());
  EXPECT_LT((cell.inverse() * cell.matrix() - Eigen::Matrix3d::Identity()).norm(), 1e-14);
  EXPECT_NEAR(cell.volume(), triclinic().determinant(), 1e-11);
  EXPECT_TRUE(cell.fully_periodic());
}

TEST(Cell, TakesEitherHand) {
  Eigen::Matrix3d left = triclinic();
  left.row(0).swap(left.row(1));
  const Cell cell(left);
  EXPECT_EQ(cell.matrix(), left.transpose());
  EXPECT_LT((cell.inverse() * cell.matrix() - Eigen::Matrix3d::Identity()).norm(), 1e-14);
  EXPECT_NEAR(cell.volume(), triclinic().determinant(), 1e-11) << "positive";
}

TEST(Cell, CompletesOpenAxesWithPerpendicularUnitVectors) {
  for (const auto& open : std::initializer_list<std::initializer_list<int>>{
           {0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}, {0, 1, 2}}) {
    const Eigen::Matrix3d vectors = without(triclinic(), open);
    const Cell cell(vectors);
    EXPECT_FALSE(cell.fully_periodic());
    EXPECT_LT((cell.inverse() * cell.matrix() - Eigen::Matrix3d::Identity()).norm(), 1e-13);
    for (int axis = 0; axis < 3; ++axis) {
      const bool is_open = std::find(open.begin(), open.end(), axis) != open.end();
      EXPECT_EQ(cell.periodic()[static_cast<std::size_t>(axis)], !is_open);
      if (!is_open) {
        EXPECT_EQ(cell.matrix().col(axis), vectors.row(axis).transpose());
        continue;
      }
      EXPECT_NEAR(cell.matrix().col(axis).norm(), 1, 1e-14);
      for (int other = 0; other < 3; ++other) {
        if (other == axis) continue;
        EXPECT_NEAR(cell.matrix().col(axis).dot(cell.matrix().col(other)), 0, 1e-12);
      }
    }
  }
}

TEST(Cell, IgnoresTheVectorOfAnAxisThatTheUserOpened) {
  const Cell cell(triclinic(), Periodicity::parse("ab"));
  EXPECT_EQ(cell.matrix(), Cell(without(triclinic(), {2})).matrix());
  // Even one that would make the cell singular.
  Eigen::Matrix3d flat = triclinic();
  flat.row(2) = flat.row(0) + flat.row(1);
  EXPECT_NO_THROW(Cell(flat, Periodicity::parse("ab")));
}

TEST(Cell, HeightsAreDistancesBetweenFaces) {
  const Cell cell(triclinic());
  for (const int axis : {0, 1, 2}) {
    const Eigen::Vector3d other = cell.matrix().col((axis + 1) % 3);
    const double face = other.cross(cell.matrix().col((axis + 2) % 3)).norm();
    EXPECT_NEAR(cell.heights()[axis], cell.volume() / face, 1e-13 * cell.heights()[axis]);
  }
  EXPECT_NEAR(Cell(without(triclinic(), {1})).heights()[1], 1, 1e-14);
}

TEST(Cell, RefusesVectorsInAPlaneOrALine) {
  Eigen::Matrix3d flat = triclinic();
  flat.row(2) = flat.row(0) + flat.row(1);
  EXPECT_THAT([&] { Cell{flat}; }, ThrowsMessage<InvalidStructure>(HasSubstr("singular")));
  Eigen::Matrix3d line = without(triclinic(), {1});
  line.row(2) = -2 * line.row(0);
  EXPECT_THAT([&] { Cell{line}; }, ThrowsMessage<InvalidStructure>(HasSubstr("singular")));
  // The text shows what came.
  EXPECT_THAT([&] { Cell{line}; }, ThrowsMessage<InvalidStructure>(HasSubstr("(10 0.5 -1)")));
}

TEST(Cell, RefusesACellWhoseVolumeIsNoNumber) {
  for (const double edge : {1e-200, 1e-310}) {
    const Eigen::Matrix3d cell = edge * Eigen::Matrix3d::Identity();
    EXPECT_THAT([&] { Cell{cell}; }, ThrowsMessage<InvalidStructure>(HasSubstr("so small")))
        << edge;
  }
}

TEST(Cell, RefusesVectorsThatAtomsGetLostIn) {
  Eigen::Matrix3d cell = Eigen::Vector3d(20, 1e9, 20).asDiagonal();
  EXPECT_NO_THROW(Cell{cell});
  for (const double longer : {1.001e9, 1e18, 1e200, 1e308}) {
    cell(1, 1) = longer;
    cell(1, 2) = longer;
    EXPECT_THAT([&] { Cell{cell}; }, ThrowsMessage<InvalidStructure>(HasSubstr("lattice vector b")))
        << longer;
    EXPECT_NO_THROW(Cell(cell, Periodicity::parse("ac"))) << longer;
  }
}

TEST(Cell, JudgesByShapeAndNotBySize) {
  EXPECT_NO_THROW(Cell(1e-6 * triclinic()));
  EXPECT_NO_THROW(Cell(1e7 * triclinic()));
  Eigen::Matrix3d needle = Eigen::Vector3d(1e6, 1, 1e-3).asDiagonal();
  EXPECT_NO_THROW(Cell{needle});
}

TEST(Cell, RefusesWhatIsNoNumber) {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    Eigen::Matrix3d cell = triclinic();
    cell(2, 1) = bad;
    EXPECT_THAT([&] { Cell{cell}; }, ThrowsMessage<InvalidStructure>(HasSubstr("not finite")));
    EXPECT_THROW(Cell(cell, Periodicity::parse("none")), InvalidStructure);
  }
}

}  // namespace
}  // namespace forcewire
