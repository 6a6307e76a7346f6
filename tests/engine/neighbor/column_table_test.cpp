#include "engine/neighbor/column_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

namespace forcewire {
namespace {

using ::testing::Contains;

TEST(ColumnTable, NumbersColumnsInTheOrderOfTheirMention) {
  ColumnTable columns(-5, -5, 2);
  EXPECT_EQ(columns.find(0, 0), ColumnTable::none);
  EXPECT_EQ(columns.mention(0, 0), 0);
  EXPECT_EQ(columns.mention(3.5, 0), 1);
  EXPECT_EQ(columns.mention(0.9, 0.9), 0);
  EXPECT_EQ(columns.find(4.9, -1), 1);
  EXPECT_EQ(columns.size(), 2);
}

// They have the same place among the recent ones.
TEST(ColumnTable, TellsColumnsFarFromEachOtherApart) {
  ColumnTable columns(0, 0, 1);
  for (int round = 0; round < 2; ++round) {
    std::int32_t column = 0;
    for (const double x : {0.5, 32.5, 64.5, -31.5}) {
      for (const double y : {0.5, 32.5, 1024.5}) EXPECT_EQ(columns.mention(x, y), column++);
    }
  }
  EXPECT_EQ(columns.find(32.5, 32.5), 4);
  EXPECT_EQ(columns.find(96.5, 0.5), ColumnTable::none);
}

TEST(ColumnTable, MentionsTheColumnsWithinReach) {
  std::vector<std::int32_t> around;
  {
    ColumnTable columns(0, 0, 1);
    columns.mention_around(columns.mention(5.5, 5.5), 0.9, around);
    EXPECT_EQ(columns.size(), 9);
    EXPECT_EQ(std::set(around.begin(), around.end()).size(), 9U);
    EXPECT_NE(columns.find(4.5, 6.5), ColumnTable::none);
    EXPECT_EQ(columns.find(5.5, 7.5), ColumnTable::none);
  }
  {
    // Corners are farther than edges.
    ColumnTable columns(0, 0, 1);
    columns.mention_around(columns.mention(5.5, 5.5), 1.4, around);
    EXPECT_EQ(columns.size(), 21);
    EXPECT_NE(columns.find(3.5, 6.5), ColumnTable::none);
    EXPECT_EQ(columns.find(3.5, 3.5), ColumnTable::none);
  }
}

TEST(ColumnTable, FindsColumnsThatAreThere) {
  ColumnTable columns(0, 0, 1);
  const std::int32_t left = columns.mention(0.5, 0.5);
  const std::int32_t right = columns.mention(1.5, 0.5);
  std::vector<std::int32_t> around;
  columns.mention_around(left, 0.1, around);
  EXPECT_THAT(around, Contains(left));
  EXPECT_THAT(around, Contains(right));
}

TEST(ColumnTable, CloseAtomsAreInColumnsAroundEvenFarOutside) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> close(-0.7, 0.7);  // by sqrt(2) less than one
  for (const double far : {10.0, 1e5, 1e7, 1e9}) {
    std::uniform_real_distribution<double> anywhere(-far, far);
    for (const double reach : {1.0, 2.5, 0.3}) {
      for (int trial = 0; trial < 300; ++trial) {
        const double x = anywhere(random);
        const double y = anywhere(random);
        ColumnTable columns(0, 0, 1);
        const std::int32_t first = columns.mention(x, y);
        const std::int32_t second =
            columns.mention(x + reach * close(random), y + reach * close(random));
        std::vector<std::int32_t> around;
        columns.mention_around(first, reach * (1 + 1e-6), around);
        ASSERT_THAT(around, Contains(second));
      }
    }
  }
}

TEST(ColumnTable, HoldsAnyNumberOfColumns) {
  ColumnTable columns(0, 0, 1);
  for (int round = 0; round < 2; ++round) {
    std::int32_t expected = 0;
    for (int i = 0; i < 150; ++i) {
      for (int j = 0; j < 150; ++j) ASSERT_EQ(columns.mention(i + 0.5, j + 0.5), expected++);
    }
  }
  EXPECT_EQ(columns.size(), 22500);
}

// With a hash that leaves an axis out, this takes minutes instead of a fraction of a second, and
// the time limit of the test ends it.
TEST(ColumnTable, TakesLongRowsAlongEachAxis) {
  constexpr int length = 500'000;
  ColumnTable along_x(0, 0, 1);
  ColumnTable along_y(0, 0, 1);
  for (int at = 0; at < length; ++at) {
    along_x.mention(at + 0.5, 0.5);
    along_y.mention(0.5, at + 0.5);
  }
  EXPECT_EQ(along_x.size(), length);
  EXPECT_EQ(along_y.size(), length);
}

}  // namespace
}  // namespace forcewire
