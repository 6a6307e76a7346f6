#include "apps/forcewire/closest_pair.hpp"

#include <gtest/gtest.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace forcewire {
namespace {

using Eigen::Matrix3d;
using Eigen::Vector3d;

/// Every pair, every image within six cells; enough for what is below.
double brute_force(const std::vector<double>& positions, const Matrix3d& rows) {
  double closest = std::numeric_limits<double>::infinity();
  const std::size_t count = positions.size() / 3;
  const auto range = [&](int axis) { return rows.row(axis).isZero() ? 0 : 6; };
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = i; j < count; ++j) {
      for (int a = -range(0); a <= range(0); ++a) {
        for (int b = -range(1); b <= range(1); ++b) {
          for (int c = -range(2); c <= range(2); ++c) {
            if (i == j && a == 0 && b == 0 && c == 0) continue;
            const Vector3d separation = Eigen::Map<const Vector3d>(&positions[3 * j]) -
                                        Eigen::Map<const Vector3d>(&positions[3 * i]) +
                                        rows.transpose() * Vector3d(a, b, c);
            closest = std::min(closest, separation.norm());
          }
        }
      }
    }
  }
  return closest;
}

std::vector<double> random_positions(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> coordinate(-4, 4);
  std::vector<double> positions(3 * count);
  for (double& x : positions) x = coordinate(random);
  return positions;
}

Matrix3d rows(std::initializer_list<double> numbers) {
  return Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(numbers.begin());
}

const std::vector<Matrix3d> cells = {
    Matrix3d::Zero(),
    rows({10, 0, 0, 0, 10, 0, 0, 0, 10}),
    rows({12, 1, -2, 5, 11, 3, -4, 2, 14}),
    rows({9, 0, 0, 8.5, 2, 0, 3, 3, 12}),  // its shortest lattice vector is b - a
    rows({12, 0, 0, 3, 12, 0, 0, 0, 0}),
    rows({0, 0, 0, 0, 0, 0, 2, 1, 15}),
};

TEST(ClosestPair, AgreesWithBruteForce) {
  for (const Matrix3d& lattice : cells) {
    for (const std::size_t count : {1U, 2U, 3U, 10U, 60U}) {
      const auto positions = random_positions(count, count);
      const auto found = closest_pair(positions, Cell(lattice));
      if (count == 1 && lattice.isZero()) {
        EXPECT_FALSE(found);
        continue;
      }
      ASSERT_TRUE(found);
      EXPECT_NEAR(found->distance, brute_force(positions, lattice), 1e-12) << count << " atoms in\n"
                                                                           << lattice;
    }
  }
}

TEST(ClosestPair, NamesTheAtoms) {
  std::vector<double> positions;
  for (int i = 0; i < 100; ++i) positions.insert(positions.end(), {10.0 * i, 0, 0});
  positions[3 * 71] = positions[3 * 12] + 0.25;
  const auto found = closest_pair(positions, Cell(Matrix3d::Zero()));
  ASSERT_TRUE(found);
  EXPECT_EQ(std::min(found->first, found->second), 12U);
  EXPECT_EQ(std::max(found->first, found->second), 71U);
  EXPECT_DOUBLE_EQ(found->distance, 0.25);
}

TEST(ClosestPair, AtomAndItsImage) {
  const auto found =
      closest_pair(std::vector<double>{1, 2, 3}, Cell(rows({5, 0, 0, 0, 7, 0, 0, 0, 9})));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->first, found->second);
  EXPECT_DOUBLE_EQ(found->distance, 5);
}

TEST(ClosestPair, AtomsAtOnePlaceAndItsImages) {
  const Cell cell(rows({5, 0, 0, 0, 7, 0, 0, 0, 9}));
  EXPECT_NEAR(closest_pair(std::vector<double>{1, 2, 3, 11, 2, -15}, cell)->distance, 0, 1e-14);
}

TEST(ClosestPair, SaysNothingOfNonsense) {
  const Cell free(Matrix3d::Zero());
  EXPECT_FALSE(closest_pair({}, free));
  EXPECT_FALSE(closest_pair(std::vector<double>{0, 0, std::nan(""), 1, 1, 1}, free));
  EXPECT_TRUE(closest_pair(std::vector<double>{1e300, 0, 0, -1e300, 1, 1}, free));
  const Cell needle(rows({1000, 0, 0, 0, 1, 0, 0, 0, 1e-3}));
  EXPECT_TRUE(closest_pair(std::vector<double>{0, 0, 0}, needle));
}

TEST(ClosestPair, IsFoundInACellThatIsNearlyFlat) {
  const Cell skewed(rows({1000, 0, 0, 999, 1, 0, 0, 0, 1000}));
  const auto found = closest_pair(std::vector<double>{0, 0, 0}, skewed);
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->distance, std::sqrt(2.0), 1e-12);
}

// A droplet in a huge cell: a grid sized by the mean density would compare all with all.
TEST(ClosestPair, DropletInAHugeCellIsNoQuadraticCost) {
  std::vector<double> positions;
  for (int i = 0; i < 60; ++i) {
    for (int j = 0; j < 60; ++j) {
      for (int k = 0; k < 60; ++k) {
        positions.insert(positions.end(), {i + 1e-3 * k, j + 1e-3 * i, k + 1e-3 * j});
      }
    }
  }
  const auto found = closest_pair(positions, Cell(1e5 * Matrix3d::Identity()));
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->distance, std::hypot(1, 1e-3), 1e-9);
}

}  // namespace
}  // namespace forcewire
