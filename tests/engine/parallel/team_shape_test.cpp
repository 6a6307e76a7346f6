#include "engine/parallel/team_shape.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace forcewire {
namespace {

using testing::ElementsAre;

std::vector<TeamShape> shapes(const std::vector<int>& ranks_of_nodes) {
  return team_shapes(ranks_of_nodes);
}

TEST(TeamShapes, GrowFromTheRootToAll) {
  EXPECT_THAT(shapes({1}), ElementsAre(TeamShape{1, 1}));
  EXPECT_THAT(shapes({2}), ElementsAre(TeamShape{1, 1}, TeamShape{1, 2}));
  EXPECT_THAT(shapes({7}),
              ElementsAre(TeamShape{1, 1}, TeamShape{1, 2}, TeamShape{1, 4}, TeamShape{1, 7}));
  EXPECT_THAT(shapes({1, 1}), ElementsAre(TeamShape{1, 1}, TeamShape{2, 2}));
  EXPECT_THAT(shapes({3, 2, 2, 1, 1}),
              ElementsAre(TeamShape{1, 1}, TeamShape{1, 2}, TeamShape{1, 3}, TeamShape{2, 5},
                          TeamShape{4, 8}, TeamShape{5, 9}));
}

TEST(TeamShapes, HaveTheFirstRanksOfANodeOrWholeNodes) {
  EXPECT_TRUE((TeamShape{1, 2}).contains(0, 1));
  EXPECT_FALSE((TeamShape{1, 2}).contains(0, 2));
  EXPECT_FALSE((TeamShape{1, 2}).contains(1, 0));
  EXPECT_TRUE((TeamShape{2, 5}).contains(1, 2));
  EXPECT_FALSE((TeamShape{2, 5}).contains(2, 0));
}

TEST(TeamFor, IsTheLargestThatPays) {
  const auto two_nodes = shapes({64, 64});
  const FewestAtoms fewest{.shared = 1000, .each = 100, .each_of_several_nodes = 1000};
  const auto ranks = [&](std::size_t natoms) {
    return two_nodes[team_for(natoms, two_nodes, fewest)].ranks;
  };
  EXPECT_EQ(ranks(999), 1);
  EXPECT_EQ(ranks(1000), 8);
  EXPECT_EQ(ranks(1599), 8);
  EXPECT_EQ(ranks(1600), 16);
  EXPECT_EQ(ranks(127'999), 64);
  EXPECT_EQ(ranks(128'000), 128);
}

TEST(TeamFor, DoesNotStayOnASmallNode) {
  const FewestAtoms fewest{.shared = 500, .each = 100, .each_of_several_nodes = 4000};
  const auto shape = [&](std::size_t natoms, const std::vector<int>& ranks_of_nodes) {
    const auto some = shapes(ranks_of_nodes);
    return some[team_for(natoms, some, fewest)];
  };
  EXPECT_EQ(shape(4000, {1, 128}), (TeamShape{1, 1}));
  EXPECT_EQ(shape(5000, {1, 128}), (TeamShape{2, 129}));
  EXPECT_EQ(shape(8000, {2, 128}), (TeamShape{1, 2}));
  EXPECT_EQ(shape(10000, {2, 128}), (TeamShape{2, 130}));
  EXPECT_EQ(shape(20000, {4, 64, 64}), (TeamShape{2, 68}));
  EXPECT_EQ(shape(750, {7}), (TeamShape{1, 4}));
  EXPECT_EQ(shape(760, {7}), (TeamShape{1, 7}));
}

TEST(TeamFor, HasOneNodeWhereThatComputesAnAtomSoonerThanItIsSent) {
  const FewestAtoms fewest{
      .shared = 1000, .each = 100, .each_of_several_nodes = 4000, .sent = 0.02};
  const auto nodes = [&](const std::vector<int>& ranks_of_nodes) {
    const auto some = shapes(ranks_of_nodes);
    return some[team_for(10'000'000, some, fewest)].nodes;
  };
  EXPECT_EQ(nodes({128, 128, 128, 128}), 1);
  EXPECT_EQ(nodes({50, 50}), 1);
  EXPECT_EQ(nodes({24, 24}), 2);
  EXPECT_EQ(nodes({40, 40, 40, 40, 40, 40, 40, 40}), 8);
}

TEST(TeamFor, IsTheRootAloneWhereRanksAreOnNodesOfTheirOwn) {
  const auto apart = shapes({1, 1});
  const FewestAtoms fewest{.shared = 1000, .each = 100, .each_of_several_nodes = 1000};
  EXPECT_EQ(team_for(1999, apart, fewest), 0U);
  EXPECT_EQ(team_for(2000, apart, fewest), 1U);
}

TEST(TeamFor, StaysWithTheOneThatIsGatheredIfItNearlyPays) {
  const auto node = shapes({8});
  const FewestAtoms fewest{.shared = 150, .each = 100};
  const auto next = [&](std::size_t natoms, std::size_t gathered) {
    return team_for(natoms, node, fewest, gathered);
  };
  EXPECT_EQ(next(800, 3), 3U);
  EXPECT_EQ(next(534, 3), 3U);
  EXPECT_EQ(next(533, 3), 2U);
  EXPECT_EQ(next(799, 2), 2U);
  EXPECT_EQ(next(800, 2), 3U);
  EXPECT_EQ(next(149, 1), 0U) << "the root alone is always at hand";
  EXPECT_EQ(next(200, 0), 1U);
}

TEST(TeamFor, IsAllWhereNothingElseIsWished) {
  for (const auto& some : {shapes({1}), shapes({5}), shapes({2, 2, 3})}) {
    EXPECT_EQ(team_for(1, some, {}), some.size() - 1);
  }
}

}  // namespace
}  // namespace forcewire
