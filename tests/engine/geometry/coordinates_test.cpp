#include "engine/geometry/coordinates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "engine/geometry/invalid_structure.hpp"

namespace forcewire {
namespace {

using ::testing::HasSubstr;

TEST(Coordinates, WholeIsFloor) {
  for (const double x : {0.0, 0.5, -0.5, 1.0, -1.0, -1.5, 1e9, -1e9, 1e9 + 0.5, -1e9 - 0.5, 1e15}) {
    EXPECT_EQ(whole(x), std::floor(x)) << x;
  }
}

TEST(Coordinates, WhatCannotBeResolved) {
  EXPECT_TRUE(can_be_resolved(std::vector{1e9, -1e9, 0.0}));
  for (const double bad : {1.0001e9, -1e300, HUGE_VAL, -HUGE_VAL, std::nan("")}) {
    EXPECT_FALSE(can_be_resolved(std::vector{0.0, bad, 0.0})) << bad;
  }
}

TEST(Coordinates, AnErrorNamesAtomAndAxis) {
  const Cell cell(Eigen::Matrix3d::Identity() * 10);
  const std::vector<double> coordinates{0, 0, 0, 0, std::nan(""), 0};
  try {
    check_coordinates(cell, coordinates, 30);
    FAIL() << "a NaN was accepted";
  } catch (const InvalidStructure& error) {
    EXPECT_THAT(error.what(), HasSubstr("coordinate y of atom 11 is nan"));
  }
}

TEST(Coordinates, CellsAwayAreCountedAlongPeriodicAxes) {
  Eigen::Matrix3d rows = Eigen::Matrix3d::Zero();
  rows(0, 0) = 1e-3;
  const std::vector<double> far{1e8, 0, 0};
  EXPECT_THROW(check_coordinates(Cell(rows), far, 0), InvalidStructure);
  rows(0, 0) = 0;
  rows(1, 1) = 10;
  EXPECT_NO_THROW(check_coordinates(Cell(rows), far, 0));
}

}  // namespace
}  // namespace forcewire
