#include "engine/parallel/relay.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace forcewire {
namespace {

std::vector<Relay> relays(int size, int longest_chain = Relay::usual_longest_chain) {
  std::vector<Relay> result;
  for (int rank = 0; rank < size; ++rank) result.emplace_back(rank, size, longest_chain);
  return result;
}

/// From one rank to the next until the root.
int steps_to_root(const std::vector<Relay>& relays, int rank) {
  int steps = 0;
  for (; rank != 0; ++steps) rank = relays[static_cast<std::size_t>(rank)].before;
  return steps;
}

TEST(Relay, WhoIsAfterARankHasItBefore) {
  for (int size = 1; size <= 70; ++size) {
    for (const int longest_chain : {0, 1, 8, 100}) {
      SCOPED_TRACE(testing::Message() << size << " ranks, chains of " << longest_chain);
      const std::vector<Relay> all = relays(size, longest_chain);
      std::vector<int> reached{0};
      for (int rank = 0; rank < size; ++rank) {
        for (const int next : all[static_cast<std::size_t>(rank)].after) {
          EXPECT_EQ(all[static_cast<std::size_t>(next)].before, rank);
          EXPECT_GT(next, rank) << "no way around in a circle";
          reached.push_back(next);
        }
      }
      std::ranges::sort(reached);
      EXPECT_EQ(std::ranges::adjacent_find(reached), reached.end()) << "two ways to a rank";
      EXPECT_EQ(reached.size(), static_cast<std::size_t>(size));
    }
  }
}

TEST(Relay, OfAFewIsAChain) {
  for (int size = 1; size <= 8; ++size) {
    const std::vector<Relay> all = relays(size);
    for (const Relay& relay : all) EXPECT_LE(relay.after.size(), 1U);
    EXPECT_EQ(steps_to_root(all, size - 1), size - 1);
  }
}

TEST(Relay, OfManyIsATree) {
  const std::vector<Relay> all = relays(64);
  for (const Relay& relay : all) EXPECT_LE(relay.after.size(), Relay::most_after);
  EXPECT_EQ(all[0].after, (std::vector{1, 2}));
  EXPECT_EQ(all[31].after, (std::vector{63}));
  EXPECT_EQ(steps_to_root(all, 62), 5);
  EXPECT_EQ(steps_to_root(all, 63), 6);
}

}  // namespace
}  // namespace forcewire
