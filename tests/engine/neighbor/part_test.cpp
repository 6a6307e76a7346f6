#include "engine/neighbor/part.hpp"

#include <gtest/gtest.h>

namespace forcewire {
namespace {

TEST(Part, OwnsEachElementOnce) {
  for (int count = 1; count <= 9; ++count) {
    for (std::size_t total = 0; total <= 40; ++total) {
      std::size_t next = 0;
      for (int index = 0; index < count; ++index) {
        const Part part{index, count};
        EXPECT_EQ(part.begin(total), next);
        next = part.end(total);
        const std::size_t size = part.end(total) - part.begin(total);
        EXPECT_GE(size, total / static_cast<std::size_t>(count));
        EXPECT_LE(size, total / static_cast<std::size_t>(count) + 1);
        for (std::size_t at = part.begin(total); at < part.end(total); ++at) {
          EXPECT_EQ(part.owner(total, at), index);
        }
      }
      EXPECT_EQ(next, total);
    }
  }
}

// The root says what a potential has found out besides numbers: it must have seen an atom.
TEST(Part, OfTheRootIsNotEmptyUnlessAllAre) {
  EXPECT_EQ((Part{0, 7}.end(1)), 1u);
  EXPECT_EQ((Part{0, 7}.end(0)), 0u);
}

}  // namespace
}  // namespace forcewire
