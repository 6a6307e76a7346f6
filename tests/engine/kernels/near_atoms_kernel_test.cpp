#include "engine/kernels/near_atoms_kernel.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <random>
#include <vector>

#include "engine/kernels/simd.hpp"

namespace forcewire {
namespace {

TEST(NearAtomsKernel, TakesThoseWithinTheLimitInTheirOrder) {
  std::mt19937_64 random(1);
  // Multiples of 1/8: squares and sums are exact, and some atoms are just at the limit.
  std::uniform_int_distribution<int> coordinate(-40, 40);
  constexpr std::size_t natoms = 200;
  std::vector<double> atoms;
  for (std::size_t atom = 0; atom < natoms; ++atom) {
    for (int axis = 0; axis < 3; ++axis) atoms.push_back(coordinate(random) / 8.0);
    atoms.push_back(std::bit_cast<double>(static_cast<std::int64_t>(atom % 7)));
  }
  const std::size_t width = cluster_width();
  NearAtomsRoom room;
  for (std::size_t count = 0; count < 5 * width + 2; ++count) {
    std::uniform_int_distribution<std::int32_t> any(0, natoms - 1);
    std::vector<std::int32_t> listed(count);
    for (std::int32_t& atom : listed) atom = any(random);
    const auto self = static_cast<std::size_t>(any(random));
    AlignedVector<double> clusters(4 * width * ((count + width - 1) / width), -1.0);
    const double limit = 16;
    const std::size_t found = take_near_atoms(atoms, self, listed, limit, room, clusters);

    std::size_t expected = 0;
    for (const std::int32_t atom : listed) {
      const double* other = &atoms[4 * static_cast<std::size_t>(atom)];
      double distance_squared = 0;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const double d = other[axis] - atoms[4 * self + axis];
        distance_squared += d * d;
      }
      if (distance_squared > limit) continue;
      const double* slot = &clusters[4 * width * (expected / width) + expected % width];
      for (std::size_t axis = 0; axis < 3; ++axis) {
        ASSERT_EQ(slot[axis * width], other[axis] - atoms[4 * self + axis]);
      }
      ASSERT_EQ(std::bit_cast<std::int64_t>(slot[3 * width]), atom % 7);
      ++expected;
    }
    ASSERT_EQ(found, expected);
    for (std::size_t at = found; at % width != 0; ++at) {  // padding
      ASSERT_GE(clusters[4 * width * (at / width) + at % width], 1e20);
    }
  }
}

}  // namespace
}  // namespace forcewire
