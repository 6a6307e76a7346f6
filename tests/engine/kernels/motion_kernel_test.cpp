#include "engine/kernels/motion_kernel.hpp"

#include <gtest/gtest.h>

#include <Eigen/Core>
#include <numeric>
#include <random>
#include <vector>

#include "engine/kernels/aligned_vector.hpp"
#include "engine/kernels/simd.hpp"

namespace forcewire {
namespace {

using Random = std::mt19937_64;

/// Atoms at random in a box, each moved by up to `largest_motion` along each axis since; padding
/// has moved farther than any of them.
class Moved {
 public:
  static constexpr double edge = 10;
  static constexpr double largest_motion = 1;

  Moved(std::size_t natoms, Random& random)
      : width_(cluster_width()),
        now_((natoms + width_ - 1) / width_ * width_ * 4),
        then_(now_.size()),
        atom_count_(now_.size() / width_ / 4, static_cast<std::int32_t>(width_)) {
    atom_count_.back() -= static_cast<std::int32_t>(slots() - natoms);
    std::uniform_real_distribution<double> place(0, edge);
    std::uniform_real_distribution<double> motion(-largest_motion, largest_motion);
    for (std::size_t slot = 0; slot < slots(); ++slot) {
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const std::size_t at = offset(slot) + axis * width_;
        then_[at] = slot < natoms ? place(random) : 1e5 * edge;
        now_[at] = slot < natoms ? then_[at] + motion(random) : 2e5 * edge;
      }
    }
  }

  MovedClusters clusters() const { return {now_.data(), then_.data(), atom_count_.data()}; }
  std::size_t count() const { return atom_count_.size(); }
  std::size_t width() const { return width_; }
  Eigen::Vector3d now(std::size_t slot) const { return position(now_, slot); }
  Eigen::Vector3d then(std::size_t slot) const { return position(then_, slot); }

 private:
  std::size_t slots() const { return now_.size() / 4; }
  std::size_t offset(std::size_t slot) const { return slot / width_ * 4 * width_ + slot % width_; }
  Eigen::Vector3d position(const AlignedVector<double>& atoms, std::size_t slot) const {
    const double* at = &atoms[offset(slot)];
    return {at[0], at[width_], at[2 * width_]};
  }

  std::size_t width_;
  AlignedVector<double> now_;
  AlignedVector<double> then_;
  std::vector<std::int32_t> atom_count_;
};

/// One atom fewer than fill a number of clusters, as many, and one more.
std::vector<std::size_t> sizes() {
  std::vector<std::size_t> result;
  for (const std::size_t clusters : {1U, 2U, 7U}) {
    const std::size_t full = clusters * cluster_width();
    for (const std::size_t size : {full - 1, full, full + 1}) result.push_back(size);
  }
  return result;
}

TEST(MotionKernel, FindsAtomsThatHaveMovedFarther) {
  Random random(41);
  for (const std::size_t natoms : sizes()) {
    const Moved moved(natoms, random);
    for (const double limit : {0.0, 0.5, 0.9, 1.3, 2.0}) {
      std::vector<std::int32_t> expected;
      for (std::size_t slot = 0; slot < natoms; ++slot) {
        if ((moved.now(slot) - moved.then(slot)).norm() > limit) {
          expected.push_back(static_cast<std::int32_t>(slot));
        }
      }
      std::vector<std::int32_t> fast(natoms + 1, -1);
      fast.resize(find_fast(moved.clusters(), moved.count(), limit * limit, fast));
      EXPECT_EQ(fast, expected) << natoms << " atoms, " << limit;

      if (expected.size() < 2) continue;
      std::vector<std::int32_t> few(expected.size() - 1);
      EXPECT_EQ(find_fast(moved.clusters(), moved.count(), limit * limit, few), few.size());
      expected.pop_back();
      EXPECT_EQ(few, expected) << "as many as there is room for";
    }
  }
}

TEST(MotionKernel, LooksAtTheFirstClustersAlone) {
  Random random(42);
  const Moved moved(3 * cluster_width(), random);
  std::vector<std::int32_t> fast(3 * cluster_width());
  EXPECT_EQ(find_fast(moved.clusters(), 2, 0, fast), 2 * cluster_width());
}

TEST(MotionKernel, FindsPairsThatWereFarther) {
  constexpr double cutoff = 4;
  Random random(43);
  int missed = 0;
  int listed = 0;
  for (const std::size_t natoms : sizes()) {
    const Moved moved(natoms, random);
    for (const double list_cutoff : {cutoff + 0.5, cutoff + 1.5}) {
      for (std::size_t slot = 0; slot < natoms; ++slot) {
        bool any = false;
        for (std::size_t cluster = 0; cluster < moved.count(); ++cluster) {
          bool expected = false;
          for (std::size_t other = cluster * moved.width(); other < (cluster + 1) * moved.width();
               ++other) {
            const bool is_near = (moved.now(slot) - moved.now(other)).norm() < cutoff;
            const bool was_listed = (moved.then(slot) - moved.then(other)).norm() <= list_cutoff;
            expected = expected || (is_near && !was_listed);
          }
          const std::int32_t candidates[] = {static_cast<std::int32_t>(cluster)};
          EXPECT_EQ(misses_pair(moved.clusters(), static_cast<std::int32_t>(slot), candidates,
                                cutoff, list_cutoff),
                    expected)
              << natoms << " atoms, slot " << slot << ", cluster " << cluster;
          any = any || expected;
          ++(expected ? missed : listed);
        }
        std::vector<std::int32_t> all(moved.count());
        std::iota(all.begin(), all.end(), 0);
        EXPECT_EQ(misses_pair(moved.clusters(), static_cast<std::int32_t>(slot), all, cutoff,
                              list_cutoff),
                  any);
      }
    }
  }
  EXPECT_GT(missed, 10);
  EXPECT_GT(listed, 10);
}

}  // namespace
}  // namespace forcewire
