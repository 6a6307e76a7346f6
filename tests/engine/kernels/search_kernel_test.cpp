#include "engine/kernels/search_kernel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <random>
#include <vector>

#include "engine/kernels/aligned_vector.hpp"
#include "engine/kernels/simd.hpp"
#include "support/sorted.hpp"

namespace forcewire {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Clusters of atoms close to random places of the unit cube, some slots left empty.
class Cube {
 public:
  explicit Cube(std::size_t clusters) : atoms_(4 * cluster_width() * clusters) {
    std::mt19937_64 random(7);
    std::uniform_real_distribution<double> place(0, 1);
    std::normal_distribution<double> spread(0, 0.1);
    const std::size_t width = cluster_width();
    // Behind the last cluster lie boxes that would be found.
    for (auto& axis : low_) axis.assign(clusters + search_padding, 0);
    for (auto& axis : high_) axis.assign(clusters + search_padding, 1);
    for (std::size_t cluster = 0; cluster < clusters; ++cluster) {
      const std::size_t filled = 1 + cluster % width;
      atom_count_.push_back(static_cast<std::int32_t>(filled));
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const double center = place(random);
        low_[axis][cluster] = infinity;
        high_[axis][cluster] = -infinity;
        for (std::size_t lane = 0; lane < width; ++lane) {
          double& x = atoms_[(4 * cluster + axis) * width + lane];
          x = lane < filled ? center + spread(random) : 1e20 * static_cast<double>(lane);
          if (lane >= filled) continue;
          low_[axis][cluster] = std::min(low_[axis][cluster], x);
          high_[axis][cluster] = std::max(high_[axis][cluster], x);
        }
      }
    }
  }

  SearchedClusters searched() const {
    return {atoms_.data(),
            atom_count_.data(),
            {low_[0].data(), low_[1].data(), low_[2].data()},
            {high_[0].data(), high_[1].data(), high_[2].data()}};
  }

  /// Has the atom in `slot` one of `cluster` within the radius?
  bool sees(std::size_t slot, std::int32_t cluster, double radius_squared) const {
    const LocalSystem system{.width = cluster_width(), .atoms = atoms_};
    if (Slot(system, slot).is_padding()) return false;
    for (std::size_t lane = 0; lane < cluster_width(); ++lane) {
      const Slot other(system, static_cast<std::size_t>(cluster) * cluster_width() + lane);
      const double distance = (Slot(system, slot).position - other.position).squaredNorm();
      if (!other.is_padding() && distance <= radius_squared) return true;
    }
    return false;
  }

 private:
  AlignedVector<double> atoms_;
  std::vector<std::int32_t> atom_count_;
  std::array<std::vector<double>, 3> low_;
  std::array<std::vector<double>, 3> high_;
};

using Rows = std::vector<std::vector<std::int32_t>>;  // by slot

/// What `find_rows` finds, and that it writes no further than it may.
Rows found(const Cube& cube, std::int32_t self, const std::vector<IndexRange>& candidates,
           double radius_squared) {
  std::size_t count = 0;
  for (const IndexRange range : candidates) {
    count += static_cast<std::size_t>(range.end - range.begin);
  }
  constexpr std::int32_t untouched = -77;
  const std::size_t scratch_room = 2 * count + search_padding;
  const std::size_t row_room = cluster_width() * count + search_padding;
  std::vector<std::int32_t> scratch(scratch_room + 100, untouched);
  std::vector<std::int32_t> rows(row_room + 100, untouched);
  std::vector<std::size_t> row_end(cluster_width() + 1, 77);
  find_rows(cube.searched(), self, candidates, radius_squared,
            std::span(scratch).first(scratch_room), rows.data(), row_end.data());
  const auto is_untouched = [](std::int32_t x) { return x == untouched; };
  EXPECT_TRUE(std::all_of(scratch.end() - 100, scratch.end(), is_untouched));
  EXPECT_TRUE(std::all_of(rows.end() - 100, rows.end(), is_untouched));
  EXPECT_EQ(row_end.back(), 77U);
  Rows result;
  std::size_t begin = 0;
  for (std::size_t slot = 0; slot < cluster_width(); ++slot) {
    result.emplace_back(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                        rows.begin() + static_cast<std::ptrdiff_t>(row_end[slot]));
    begin = row_end[slot];
  }
  return result;
}

Rows expected(const Cube& cube, std::int32_t self, const std::vector<IndexRange>& candidates,
              double radius_squared) {
  Rows result(cluster_width());
  for (std::size_t lane = 0; lane < cluster_width(); ++lane) {
    const std::size_t slot = static_cast<std::size_t>(self) * cluster_width() + lane;
    for (const IndexRange range : candidates) {
      for (std::int32_t other = range.begin; other < range.end; ++other) {
        if (cube.sees(slot, other, radius_squared)) result[lane].push_back(other);
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
        for (const double radius_squared : {0.0, 0.02, 0.1, 0.3, 4.0}) {
          EXPECT_EQ(found(cube, self, ranges, radius_squared),
                    expected(cube, self, ranges, radius_squared))
              << "from " << begin << ", " << length << " candidates of cluster " << self;
        }
      }
    }
  }
}

TEST(SearchKernel, SeveralRanges) {
  const Cube cube(300);
  const std::vector<IndexRange> ranges{{0, 3}, {7, 7}, {9, 26}, {30, 94}, {290, 300}};
  for (std::int32_t self = 0; self < 300; self += 13) {
    EXPECT_EQ(found(cube, self, ranges, 0.02), expected(cube, self, ranges, 0.02));
  }
}

TEST(SearchKernel, NoRanges) { EXPECT_EQ(found(Cube(3), 0, {}, 10), Rows(cluster_width())); }

}  // namespace
}  // namespace forcewire
