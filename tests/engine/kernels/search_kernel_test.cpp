#include "engine/kernels/search_kernel.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <vector>

namespace forcewire {
namespace {

/// Atoms at random places of the unit cube.
class Cube {
 public:
  explicit Cube(std::size_t count) {
    std::mt19937_64 random(7);
    std::uniform_real_distribution<double> place(0, 1);
    for (auto& axis : axes_) {
      // Behind the last atom lie numbers that would be found.
      axis.assign(count + search_padding, 0.5);
      for (std::size_t atom = 0; atom < count; ++atom) axis[atom] = place(random);
    }
  }

  Coordinates coordinates() const { return {axes_[0].data(), axes_[1].data(), axes_[2].data()}; }

  double distance_squared(std::size_t i, std::size_t j) const {
    double sum = 0;
    for (const auto& axis : axes_) sum += (axis[i] - axis[j]) * (axis[i] - axis[j]);
    return sum;
  }

 private:
  std::array<std::vector<double>, 3> axes_;
};

/// What `find_within` finds, and that it writes no further than it may.
std::vector<std::int32_t> found(const Cube& cube, std::int32_t self,
                                const std::vector<IndexRange>& ranges, double radius_squared) {
  std::size_t candidates = 0;
  for (const IndexRange range : ranges) {
    candidates += static_cast<std::size_t>(range.end - range.begin);
  }
  constexpr std::int32_t untouched = -77;
  std::vector<std::int32_t> buffer(candidates + search_padding + 100, untouched);
  const std::size_t count =
      find_within(cube.coordinates(), self, ranges, radius_squared, buffer.data());
  for (std::size_t at = candidates + search_padding; at < buffer.size(); ++at) {
    EXPECT_EQ(buffer[at], untouched);
  }
  buffer.resize(count);
  return buffer;
}

std::vector<std::int32_t> expected(const Cube& cube, std::int32_t self,
                                   const std::vector<IndexRange>& ranges, double radius_squared) {
  std::vector<std::int32_t> result;
  for (const IndexRange range : ranges) {
    for (std::int32_t j = range.begin; j < range.end; ++j) {
      if (j != self && cube.distance_squared(static_cast<std::size_t>(self),
                                             static_cast<std::size_t>(j)) <= radius_squared) {
        result.push_back(j);
      }
    }
  }
  return result;
}

TEST(SearchKernel, RangesOfEveryLength) {
  const Cube cube(40);
  for (std::int32_t begin : {0, 1, 5}) {
    for (std::int32_t length = 0; length <= 17; ++length) {
      for (const std::int32_t self : {0, 3, 8, 39}) {
        const std::vector<IndexRange> ranges{{begin, begin + length}};
        for (const double radius_squared : {0.0, 0.1, 0.3, 4.0}) {
          EXPECT_EQ(found(cube, self, ranges, radius_squared),
                    expected(cube, self, ranges, radius_squared))
              << "from " << begin << ", " << length << " candidates of atom " << self;
        }
      }
    }
  }
}

TEST(SearchKernel, SeveralRanges) {
  const Cube cube(300);
  const std::vector<IndexRange> ranges{{0, 3}, {7, 7}, {9, 26}, {30, 94}, {290, 300}};
  for (std::int32_t self = 0; self < 300; self += 13) {
    EXPECT_EQ(found(cube, self, ranges, 0.2), expected(cube, self, ranges, 0.2));
  }
}

TEST(SearchKernel, NoRanges) { EXPECT_TRUE(found(Cube(3), 0, {}, 10).empty()); }

}  // namespace
}  // namespace forcewire
