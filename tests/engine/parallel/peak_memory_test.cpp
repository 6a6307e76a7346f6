#include "engine/parallel/peak_memory.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

namespace forcewire {
namespace {

TEST(PeakMemory, GrowsWithWhatIsUsedAndStays) {
  const std::int64_t before = peak_memory();
  EXPECT_GT(before, 1 << 20);
  EXPECT_LT(before, std::int64_t{1} << 40);
  constexpr std::size_t much = std::size_t{64} << 20;
  volatile std::size_t anywhere = much / 3;  // so that the compiler does not see through it
  EXPECT_EQ(std::vector<char>(much, 'x')[anywhere], 'x');
  EXPECT_GE(peak_memory(), before + static_cast<std::int64_t>(much) / 2);
}

TEST(PeakMemory, IsZeroWhereNobodyTells) { EXPECT_EQ(peak_memory("/nowhere"), 0); }

}  // namespace
}  // namespace forcewire
