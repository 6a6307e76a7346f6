#include "engine/neighbor/images_in_box.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

#include "support/structures.hpp"

namespace forcewire {
namespace {

/// All shifts up to 12 cells away that bring `position` into the box.
std::set<Shift> by_trial(const Cell& cell, const Box& box, const Eigen::Vector3d& position) {
  const auto most = [&](std::size_t axis) { return cell.periodic()[axis] ? 12 : 0; };
  std::set<Shift> found;
  Shift shift{};
  for (shift[0] = -most(0); shift[0] <= most(0); ++shift[0]) {
    for (shift[1] = -most(1); shift[1] <= most(1); ++shift[1]) {
      for (shift[2] = -most(2); shift[2] <= most(2); ++shift[2]) {
        if (box.holds(moved(cell, position, shift))) found.insert(shift);
      }
    }
  }
  return found;
}

TEST(ImagesInBox, AreThoseThatATrialOfAllShiftsFinds) {
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> place(-12, 12);
  std::uniform_real_distribution<double> edge(0, 15);
  Eigen::Matrix3d rows;
  rows << 9, 1, -2, 3, 8, 0.5, -4, 2, 10;
  for (int open_axes = 0; open_axes < 8; ++open_axes) {
    Eigen::Matrix3d vectors = rows;
    for (int axis = 0; axis < 3; ++axis) {
      if ((open_axes >> axis & 1) != 0) vectors.row(axis).setZero();
    }
    const Cell cell(vectors);
    for (int trial = 0; trial < 200; ++trial) {
      const Eigen::Vector3d low(place(random), place(random), place(random));
      const Box box{low, low + Eigen::Vector3d(edge(random), edge(random), edge(random))};
      const Eigen::Vector3d position(place(random), place(random), place(random));
      std::vector<Shift> found;
      ImagesInBox(cell, box).of(position, [&](const Shift& shift) { found.push_back(shift); });
      const std::set<Shift> once(found.begin(), found.end());
      EXPECT_EQ(once.size(), found.size()) << "one twice";
      EXPECT_EQ(once, by_trial(cell, box, position)) << "open axes " << open_axes;
    }
  }
}

TEST(ImagesInBox, CountsThemOnAverage) {
  const Cell cell(Eigen::Vector3d(2, 4, 8).asDiagonal().toDenseMatrix());
  const Box box{{0, 0, 0}, {8, 8, 8}};
  EXPECT_NEAR(ImagesInBox(cell, box).average(), 8, 1e-9);
  EXPECT_NEAR(ImagesInBox(cell, box).cells_across(), 4, 1e-4);
}

}  // namespace
}  // namespace forcewire
