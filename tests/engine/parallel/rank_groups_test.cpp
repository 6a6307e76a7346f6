#include "engine/parallel/rank_groups.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <vector>

namespace forcewire {
namespace {

using testing::ElementsAre;
using Numbers = std::vector<int>;

/// How often each number occurs.
std::map<int, int> counts(const Numbers& numbers) {
  std::map<int, int> result;
  for (const int number : numbers) ++result[number];
  return result;
}

int straddling(const Numbers& nodes, const Numbers& groups) {
  const auto sizes = sizes_of_groups(nodes, groups);
  return static_cast<int>(std::count_if(sizes.begin(), sizes.end(),
                                        [](const GroupSize& group) { return group.nodes > 1; }));
}

/// The ranks of the largest group when each node is cut into groups of its own, in the best of all
/// ways: the reference tries out every one.
int best_largest(const Numbers& ranks_of_nodes, std::size_t node, int groups) {
  const int ranks = ranks_of_nodes[node];
  const int others = static_cast<int>(ranks_of_nodes.size() - node) - 1;
  if (others == 0) return groups <= ranks ? (ranks + groups - 1) / groups : 1 << 20;
  int best = 1 << 20;
  for (int here = 1; here <= std::min(ranks, groups - others); ++here) {
    best = std::min(best, std::max((ranks + here - 1) / here,
                                   best_largest(ranks_of_nodes, node + 1, groups - here)));
  }
  return best;
}

/// Up to 12 ranks on up to 5 nodes, in any order: queues place ranks node after node or in turns.
Numbers draw_nodes() {
  const auto ranks = *rc::gen::inRange<std::size_t>(1, 13);
  return *rc::gen::container<Numbers>(ranks, rc::gen::inRange(0, 5));
}

/// What holds for every split.
void check_numbers(const Numbers& nodes, const Numbers& groups, int expected_groups) {
  RC_ASSERT(groups.size() == nodes.size());
  int next = 0;  // a group is numbered when its first rank comes
  for (const int group : groups) {
    RC_ASSERT(group >= 0 && group <= next);
    if (group == next) ++next;
  }
  RC_ASSERT(next == expected_groups);
}

TEST(RankGroups, OnOneNodeNeighboursAreTogether) {
  EXPECT_THAT(split_into_groups(Numbers{7, 7, 7, 7}, 2), ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(split_into_groups(Numbers{7, 7, 7, 7, 7}, 2), ElementsAre(0, 0, 0, 1, 1));
  EXPECT_THAT(split_into_groups(Numbers{7, 7, 7}, 3), ElementsAre(0, 1, 2));
  EXPECT_THAT(split_into_groups(Numbers{7, 7, 7}, 1), ElementsAre(0, 0, 0));
  EXPECT_THAT(split_into_equal_groups(Numbers{7, 7, 7, 7}, 2), ElementsAre(0, 0, 1, 1));
}

TEST(RankGroups, OnTwoNodesOfThreeRanks) {
  const Numbers nodes{0, 0, 0, 3, 3, 3};
  EXPECT_THAT(split_into_groups(nodes, 2), ElementsAre(0, 0, 0, 1, 1, 1));
  EXPECT_THAT(split_into_groups(nodes, 3), ElementsAre(0, 0, 1, 2, 2, 2));
  EXPECT_THAT(split_into_groups(nodes, 4), ElementsAre(0, 0, 1, 2, 2, 3));
  EXPECT_THAT(split_into_equal_groups(nodes, 2), ElementsAre(0, 0, 1, 2, 2, 1));
  EXPECT_THAT(split_into_equal_groups(nodes, 3), ElementsAre(0, 0, 0, 1, 1, 1));
}

TEST(RankGroups, ServersCoreIsMissingOnTheFirstNode) {
  EXPECT_THAT(split_into_groups(Numbers{0, 0, 0, 1, 1, 1, 1}, 2), ElementsAre(0, 0, 0, 1, 1, 1, 1));
}

TEST(RankGroups, RanksThatAreDealtOutToNodesInTurns) {
  EXPECT_THAT(split_into_groups(Numbers{5, 6, 5, 6}, 2), ElementsAre(0, 1, 0, 1));
  EXPECT_THAT(split_into_equal_groups(Numbers{5, 6, 5, 6}, 2), ElementsAre(0, 1, 0, 1));
}

TEST(RankGroups, FewerGroupsThanNodesHaveWholeNodes) {
  EXPECT_THAT(split_into_groups(Numbers{0, 0, 1, 1, 2, 2, 3, 3}, 2),
              ElementsAre(0, 0, 0, 0, 1, 1, 1, 1));
  EXPECT_THAT(split_into_groups(Numbers{0, 0, 0, 0, 1, 2}, 2), ElementsAre(0, 0, 0, 0, 1, 1));
  EXPECT_THAT(split_into_groups(Numbers{0, 1, 2, 2, 2, 2}, 2), ElementsAre(0, 0, 1, 1, 1, 1));
}

TEST(RankGroups, RefusesWhatCannotBe) {
  const Numbers nodes{0, 0, 1, 1};
  EXPECT_THROW(split_into_groups(nodes, 5), std::invalid_argument);
  EXPECT_THROW(split_into_groups(nodes, 0), std::invalid_argument);
  EXPECT_THROW(split_into_equal_groups(nodes, 3), std::invalid_argument);
  EXPECT_THROW(split_into_equal_groups(nodes, 8), std::invalid_argument);
  EXPECT_THROW(split_into_equal_groups(nodes, 0), std::invalid_argument);
}

TEST(RankGroups, SizesAreCounted) {
  EXPECT_THAT(sizes_of_groups(Numbers{4, 4, 4, 9, 9}, Numbers{0, 0, 1, 1, 1}),
              ElementsAre(GroupSize{2, 1}, GroupSize{3, 2}));
}

RC_GTEST_PROP(RankGroups, NoneStraddlesThatNeedNot, ()) {
  const Numbers nodes = draw_nodes();
  const auto node_count = static_cast<int>(counts(nodes).size());
  const int wanted = *rc::gen::inRange(1, static_cast<int>(nodes.size()) + 1);
  const Numbers groups = split_into_groups(nodes, wanted);
  check_numbers(nodes, groups, wanted);
  if (wanted < node_count) {  // then no node is shared
    std::map<int, std::set<int>> groups_on;
    for (std::size_t rank = 0; rank < nodes.size(); ++rank) {
      groups_on[nodes[rank]].insert(groups[rank]);
    }
    for (const auto& [node, here] : groups_on) RC_ASSERT(here.size() == 1U);
    return;
  }
  RC_ASSERT(straddling(nodes, groups) == 0);
  // Of the splits of which none straddles, the one with the smallest largest group.
  Numbers sizes;
  for (const auto& [node, ranks] : counts(nodes)) sizes.push_back(ranks);
  int largest = 0;
  for (const auto& [group, ranks] : counts(groups)) largest = std::max(largest, ranks);
  RC_ASSERT(largest == best_largest(sizes, 0, wanted));
  // Those of a node differ by one rank at most.
  std::map<int, std::map<int, int>> ranks_on;  // by node, by group
  for (std::size_t rank = 0; rank < nodes.size(); ++rank) ++ranks_on[nodes[rank]][groups[rank]];
  for (const auto& [node, here] : ranks_on) {
    const auto [least, most] = std::minmax_element(
        here.begin(), here.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    RC_ASSERT(most->second - least->second <= 1);
  }
}

RC_GTEST_PROP(RankGroups, EqualGroupsStraddleAsLittleAsTheyCan, ()) {
  const int size = *rc::gen::inRange(1, 5);
  Numbers nodes = draw_nodes();
  while (nodes.size() % static_cast<std::size_t>(size) != 0) nodes.push_back(nodes.front());
  const Numbers groups = split_into_equal_groups(nodes, size);
  check_numbers(nodes, groups, static_cast<int>(nodes.size()) / size);
  for (const auto& [group, ranks] : counts(groups)) RC_ASSERT(ranks == size);
  int within = 0;  // a node: there cannot be more
  for (const auto& [node, ranks] : counts(nodes)) within += ranks / size;
  RC_ASSERT(straddling(nodes, groups) == static_cast<int>(nodes.size()) / size - within);
}

}  // namespace
}  // namespace forcewire
