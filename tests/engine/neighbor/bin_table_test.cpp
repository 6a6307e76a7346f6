#include "engine/neighbor/bin_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <set>
#include <vector>

namespace forcewire {
namespace {

TEST(BinTable, NumbersBinsInTheOrderOfTheirMention) {
  BinTable bins({-5, -5, -5}, 2);
  EXPECT_EQ(bins.find({0, 0, 0}), BinTable::none);
  EXPECT_EQ(bins.mention({0, 0, 0}), 0);
  EXPECT_EQ(bins.mention({3.5, 0, 0}), 1);
  EXPECT_EQ(bins.mention({0.9, 0.9, 0.9}), 0);
  EXPECT_EQ(bins.find({4.9, -1, 0}), 1);
  EXPECT_EQ(bins.size(), 2);
}

TEST(BinTable, KnowsTheBinsAround) {
  BinTable bins({0, 0, 0}, 1);
  const std::int32_t center = bins.mention({5.5, 5.5, 5.5});
  std::array<std::int32_t, 27> found{};
  EXPECT_EQ(bins.neighbors(center, found.data()), 1);
  EXPECT_EQ(found[0], center);

  bins.mention_neighbors(center);
  EXPECT_EQ(bins.size(), 27);
  ASSERT_EQ(bins.neighbors(center, found.data()), 27);
  EXPECT_EQ(std::set<std::int32_t>(found.begin(), found.end()).size(), 27U);
  EXPECT_EQ(bins.find({5.5, 5.5, 7.5}), BinTable::none);

  // A corner of the 27 sees 8 of them.
  EXPECT_EQ(bins.neighbors(bins.find({4.5, 4.5, 6.5}), found.data()), 8);
}

TEST(BinTable, CloseAtomsAreInNeighboringBinsEvenFarOutside) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> close(-0.57,
                                               0.57);  // of an edge, by sqrt(3) less than one
  for (const double far : {10.0, 1e5, 1e7, 1e9}) {
    std::uniform_real_distribution<double> anywhere(-far, far);
    for (int trial = 0; trial < 1000; ++trial) {
      const Eigen::Vector3d one(anywhere(random), anywhere(random), anywhere(random));
      const Eigen::Vector3d two =
          one + Eigen::Vector3d(close(random), close(random), close(random));
      BinTable bins({0, 0, 0}, 1);
      const std::int32_t first = bins.mention(one);
      const std::int32_t second = bins.mention(two);
      std::array<std::int32_t, 27> found{};
      const int count = bins.neighbors(first, found.data());
      ASSERT_THAT(std::vector(found.begin(), found.begin() + count), testing::Contains(second));
    }
  }
}

TEST(BinTable, HoldsAnyNumberOfBins) {
  BinTable bins({0, 0, 0}, 1);
  for (int round = 0; round < 2; ++round) {
    std::int32_t expected = 0;
    for (int i = 0; i < 30; ++i) {
      for (int j = 0; j < 30; ++j) {
        for (int k = 0; k < 30; ++k) {
          ASSERT_EQ(bins.mention({i + 0.5, j + 0.5, k + 0.5}), expected++);
        }
      }
    }
  }
  EXPECT_EQ(bins.size(), 27000);
}

// With a hash that leaves an axis out, this takes minutes instead of a fraction of a second, and
// the time limit of the test ends it.
TEST(BinTable, TakesLongRowsAlongEachAxis) {
  constexpr int length = 500'000;
  for (int axis = 0; axis < 3; ++axis) {
    BinTable bins({0, 0, 0}, 1);
    for (int at = 0; at < length; ++at) {
      bins.mention(Eigen::Vector3d::Constant(0.5) + at * Eigen::Vector3d::Unit(axis));
    }
    EXPECT_EQ(bins.size(), length);
  }
}

}  // namespace
}  // namespace forcewire
