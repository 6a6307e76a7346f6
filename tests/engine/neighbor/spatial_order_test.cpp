#include "engine/neighbor/spatial_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "support/sorted.hpp"
#include "support/structures.hpp"

namespace forcewire {
namespace {

/// Atoms in spatial order.
std::vector<std::int32_t> spatial_order(const Cell& cell, std::span<const double> positions) {
  const Sorted sorted(cell, positions);
  const std::span<const std::int32_t> atoms = sorted.order().atoms();
  return {atoms.begin(), atoms.end()};
}

TEST(SpatialOrder, HoldsEachAtomOnce) {
  for (const Configuration& kind : all_kinds(6.4)) {
    std::vector<std::int32_t> order = spatial_order(Cell(kind.cell), kind.positions);
    std::sort(order.begin(), order.end());
    std::vector<std::int32_t> all(kind.natoms());
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(order, all) << kind;
  }
}

TEST(SpatialOrder, DoesNotSeeWraps) {
  Random random(1);
  Configuration crystal = fcc(10, {4, 4, 4}, 1.0, random);
  const auto before = spatial_order(Cell(crystal.cell), crystal.positions);
  wrap_at_random(crystal, 4, random);
  EXPECT_EQ(spatial_order(Cell(crystal.cell), crystal.positions), before);
}

/// A crystal whose atoms stay clear of the planes along which the cell is halved.
Configuration crystal_off_planes(const Eigen::Vector3i& repeats) {
  Random random(2);
  Configuration crystal = fcc(10, repeats, 0.5, random);
  for (double& x : crystal.positions) x += 2.5;
  return crystal;
}

/// Volume of the box around a part of the atoms, as a fraction of the box around all.
double compactness(const Configuration& configuration, std::span<const std::int32_t> part) {
  const auto box = [&](auto atoms) {
    Eigen::Array3d low = configuration.position(static_cast<std::size_t>(atoms[0]));
    Eigen::Array3d high = low;
    for (const std::int32_t atom : atoms) {
      const Eigen::Array3d r = configuration.position(static_cast<std::size_t>(atom));
      low = low.min(r);
      high = high.max(r);
    }
    return (high - low).prod();
  };
  std::vector<std::int32_t> all(configuration.natoms());
  std::iota(all.begin(), all.end(), 0);
  return box(part) / box(std::span<const std::int32_t>(all));
}

TEST(SpatialOrder, PartsAreCompact) {
  const Configuration crystal = crystal_off_planes({8, 8, 8});
  const auto order = spatial_order(Cell(crystal.cell), crystal.positions);
  for (std::size_t part = 0; part < 8; ++part) {
    EXPECT_LT(compactness(crystal, std::span(order).subspan(part * 256, 256)), 0.2);
  }
}

TEST(SpatialOrder, FollowsTheShapeOfTheCell) {
  const Configuration needle = crystal_off_planes({128, 2, 2});
  const auto order = spatial_order(Cell(needle.cell), needle.positions);
  for (std::size_t part = 0; part < 8; ++part) {
    EXPECT_LT(compactness(needle, std::span(order).subspan(part * 256, 256)), 0.15)
        << "not cut across";
  }
}

TEST(SpatialOrder, FollowsTheAtomsAlongOpenAxes) {
  Configuration slab = crystal_off_planes({4, 4, 64});
  slab.cell.row(2).setZero();
  const auto order = spatial_order(Cell(slab.cell), slab.positions);
  EXPECT_LT(compactness(slab, std::span(order).first(512)), 0.15);
}

// A drop in a cell that is mostly empty: if the cell were halved, all atoms would share few keys.
TEST(SpatialOrder, FollowsTheAtomsInAVacuum) {
  Configuration drop = crystal_off_planes({8, 8, 8});
  const auto expect_compact_parts = [&drop](const std::vector<std::int32_t>& order) {
    for (std::size_t part = 0; part < 8; ++part) {
      EXPECT_LT(compactness(drop, std::span(order).subspan(part * 256, 256)), 0.2);
    }
  };
  drop.cell = 3000 * Eigen::Matrix3d::Identity();
  expect_compact_parts(spatial_order(Cell(drop.cell), drop.positions));
  // Around the corner of the cell, seen in eight pieces by a server that wraps.
  for (double& x : drop.positions) x -= 33;
  Configuration pieces = drop;
  wrap_into_cell(pieces);
  expect_compact_parts(spatial_order(Cell(drop.cell), pieces.positions));
}

TEST(SpatialOrder, OfAtomsAtOnePlaceIsTheirOwn) {
  const std::vector<double> place(3 * 100, 7.5);
  const std::vector<std::int32_t> order =
      spatial_order(Cell(20 * Eigen::Matrix3d::Identity()), place);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_EQ(order.size(), 100U);
}

}  // namespace
}  // namespace forcewire
