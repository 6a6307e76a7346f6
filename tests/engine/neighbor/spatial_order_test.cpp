#include "engine/neighbor/spatial_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <barrier>
#include <numeric>
#include <thread>
#include <utility>
#include <vector>

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

/// The order when `sorters` threads sort together.
std::vector<std::int32_t> sorted_together(const Configuration& structure, int sorters) {
  const Cell cell(structure.cell);
  std::vector<std::byte> memory(SpatialOrder::bytes_needed(structure.natoms(), sorters));
  std::vector<SpatialOrder> orders(static_cast<std::size_t>(sorters));
  std::barrier barrier(sorters);
  std::vector<std::thread> threads;
  for (int index = 0; index < sorters; ++index) {
    threads.emplace_back([&, index] {
      orders[static_cast<std::size_t>(index)].sort(cell, structure.positions, {index, sorters},
                                                   memory, [&] { barrier.arrive_and_wait(); });
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const SpatialOrder& order : orders) {
    EXPECT_EQ(order.atoms().data(), orders.front().atoms().data());
    EXPECT_EQ(order.box_count(), orders.front().box_count());
  }
  return {orders.front().atoms().begin(), orders.front().atoms().end()};
}

TEST(SpatialOrder, IsTheSameHoweverManySort) {
  for (const Configuration& kind : all_kinds(6.4)) {
    const auto alone = spatial_order(Cell(kind.cell), kind.positions);
    for (const int sorters : {2, 3, 7, 40})
      EXPECT_EQ(sorted_together(kind, sorters), alone) << kind;
  }
}

TEST(SpatialOrder, BoxesHoldTheirAtomsAtHome) {
  std::vector<Configuration> kinds = all_kinds(6.4);
  Random random(3);
  kinds.push_back(liquid(6.4, 6, random));
  wrap_at_random(kinds.back(), 3, random);
  for (const Configuration& kind : kinds) {
    const Cell cell(kind.cell);
    const Sorted sorted(cell, kind.positions);
    const SpatialOrder& order = sorted.order();
    std::size_t atoms = 0;
    for (std::size_t index = 0; index < order.box_count(); ++index) {
      const SpatialOrder::BoxedAtoms box = order.box(cell, index);
      ASSERT_EQ(box.begin, atoms);
      atoms = box.end;
      const Eigen::Vector3d tolerance =
          1e-9 * (box.low.cwiseAbs() + box.high.cwiseAbs() + Eigen::Vector3d::Ones());
      for (std::size_t at = box.begin; at < box.end; ++at) {
        const Eigen::Vector3d position = kind.position(static_cast<std::size_t>(order.atoms()[at]));
        const Shift home = order.home(cell, position);
        const Eigen::Vector3d place =
            position + cell.matrix() * Eigen::Vector3d(home[0], home[1], home[2]);
        EXPECT_TRUE(((place - box.low + tolerance).array() >= 0).all() &&
                    ((box.high + tolerance - place).array() >= 0).all())
            << kind;
      }
    }
    EXPECT_EQ(atoms, kind.natoms());
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

TEST(SpatialOrder, TakesAsMuchMemoryAsTheReadmeSays) {
  constexpr std::size_t natoms = 1000000;
  for (const auto& [sorters, total] : {std::pair(2, 57.0), {64, 73.0}, {128, 90.0}}) {
    const double order = static_cast<double>(SpatialOrder::bytes_needed(natoms, sorters)) / natoms;
    EXPECT_NEAR(6 * sizeof(double) + order, total, 0.5) << sorters << " ranks";  // with forces
  }
}

}  // namespace
}  // namespace forcewire
