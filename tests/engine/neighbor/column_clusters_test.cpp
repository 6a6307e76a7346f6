#include "engine/neighbor/column_clusters.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <random>
#include <vector>

namespace forcewire {
namespace {

constexpr std::size_t width = 4;

PlacedAtom at(std::int32_t column, double z) { return {{0, 0, z}, 0, column, {}, 0}; }

/// z of all atoms of a cluster, in turn.
std::vector<double> heights(const ColumnClusters& clusters, const std::vector<PlacedAtom>& arrivals,
                            std::int32_t cluster) {
  std::vector<double> result;
  const auto index = static_cast<std::size_t>(cluster);
  for (std::int32_t lane = 0; lane < clusters.atom_count(index); ++lane) {
    result.push_back(arrivals[clusters.arrival(index, lane)].place.z());
  }
  return result;
}

TEST(ColumnClusters, AreConsecutiveAtomsOfAColumnWithoutWideGaps) {
  const std::vector<PlacedAtom> arrivals{at(1, 5), at(0, 3), at(1, 4), at(1, 1),
                                         at(0, 9), at(1, 2), at(1, 3), at(0, 3.5)};
  ColumnClusters clusters;
  clusters.clear(width);
  clusters.sort(arrivals, 0, 3);
  ASSERT_EQ(clusters.columns(), 3U);
  EXPECT_EQ(clusters.lowest(1), 1);
  EXPECT_EQ(clusters.highest(1), 5);
  const std::vector<std::vector<std::vector<double>>> expected{
      {{3, 3.5}, {9}}, {{1, 2, 3, 4}, {5}}, {}};
  for (std::size_t column = 0; column < 3; ++column) {
    const IndexRange range = clusters.cut(column, 2);
    std::vector<std::vector<double>> got;
    for (std::int32_t cluster = range.begin; cluster < range.end; ++cluster) {
      got.push_back(heights(clusters, arrivals, cluster));
    }
    EXPECT_EQ(got, expected[column]) << "column " << column;
  }
  EXPECT_EQ(clusters.size(), 4U);
}

TEST(ColumnClusters, OfAnotherKindFollow) {
  std::vector<PlacedAtom> arrivals{at(0, 2), at(0, 1)};
  ColumnClusters clusters;
  for (int round = 0; round < 2; ++round) {
    clusters.clear(width);
    arrivals.resize(2, at(0, 0));
    clusters.sort(arrivals, 0, 1);
    clusters.cut(0, 10);
    for (const double z : {7, 6, 5, 4, 3}) arrivals.push_back(at(1, z));
    clusters.sort(arrivals, 2, 2);
    const IndexRange none = clusters.cut(0, 10);
    EXPECT_EQ(none.begin, none.end);
    EXPECT_EQ(clusters.cut(1, 10).begin, 1);
    EXPECT_EQ(heights(clusters, arrivals, 0), (std::vector<double>{1, 2}));
    EXPECT_EQ(heights(clusters, arrivals, 1), (std::vector<double>{3, 4, 5, 6}));
    EXPECT_EQ(heights(clusters, arrivals, 2), (std::vector<double>{7}));
  }
}

TEST(ColumnClusters, SortUnevenlySpreadAtoms) {
  std::mt19937 random(1);
  std::lognormal_distribution<double> height(0, 4);
  std::vector<PlacedAtom> arrivals;
  for (int i = 0; i < 5000; ++i) arrivals.push_back(at(i % 7, height(random)));
  for (int i = 0; i < 50; ++i) arrivals.push_back(at(3, 1));  // all at one place
  ColumnClusters clusters;
  clusters.clear(width);
  clusters.sort(arrivals, 0, 7);
  std::vector<int> seen(arrivals.size(), 0);
  for (std::size_t column = 0; column < 7; ++column) {
    double last = 0;
    const IndexRange range = clusters.cut(column, 1e300);
    for (auto cluster = static_cast<std::size_t>(range.begin);
         cluster < static_cast<std::size_t>(range.end); ++cluster) {
      for (std::int32_t lane = 0; lane < clusters.atom_count(cluster); ++lane) {
        const std::size_t arrival = clusters.arrival(cluster, lane);
        EXPECT_EQ(arrivals[arrival].column, static_cast<std::int32_t>(column));
        EXPECT_GE(arrivals[arrival].place.z(), last);
        last = arrivals[arrival].place.z();
        ++seen[arrival];
      }
    }
  }
  EXPECT_THAT(seen, testing::Each(1));
}

// Columns of edge 2 with an atom each 0.5: as wide as high are those of 2^2 * 0.5 * 4 = edge^3.
TEST(ColumnClusters, FitColumnsThatAreAsWideAsTheyAreHigh) {
  std::vector<PlacedAtom> arrivals;
  for (int i = 0; i < 64; ++i) arrivals.push_back(at(i % 2, 0.5 * (i / 2)));
  ColumnClusters clusters;
  clusters.clear(width);
  clusters.sort(arrivals, 0, 2);
  EXPECT_NEAR(clusters.fitting_edge(2), 2, 1e-12);
  // With an atom in each column, four columns are to be one.
  clusters.sort(std::vector{at(0, 1), at(1, 2)}, 0, 2);
  EXPECT_NEAR(clusters.fitting_edge(2), 4, 1e-12);
}

}  // namespace
}  // namespace forcewire
