#include "engine/geometry/position_grid.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "engine/geometry/invalid_structure.hpp"

namespace forcewire {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr double reach = 20;

Eigen::Matrix3d triclinic() {
  Eigen::Matrix3d vectors;
  vectors << 20.125, 0, 0, 7.5, 19.375, 0, -6.25, 4.875, 22.0625;
  return vectors;
}

std::vector<double> places(const PositionGrid& grid, const std::vector<double>& positions) {
  std::vector<double> result(positions.size());
  grid.place(positions, 0, result);
  return result;
}

std::vector<double> random_positions(std::size_t atoms, double edge) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> coordinate(-edge, edge);
  std::vector<double> positions(3 * atoms);
  for (double& x : positions) x = coordinate(random);
  return positions;
}

/// Adds lattice vectors, other ones to each atom.
std::vector<double> wrapped(std::vector<double> positions, const Eigen::Matrix3d& vectors) {
  std::mt19937_64 random(2);
  std::uniform_int_distribution<int> number(-5, 5);
  for (std::size_t at = 0; at < positions.size(); at += 3) {
    Eigen::Map<Eigen::RowVector3d>(&positions[at]) +=
        Eigen::RowVector3d(number(random), number(random), number(random)) * vectors;
  }
  return positions;
}

TEST(PositionGrid, LatticeVectorsChangeNothing) {
  // Multiples of 2^-40 below 2^12: all sums are exact.
  std::vector<double> positions = random_positions(10000, 60);
  for (double& x : positions) x = std::round(std::ldexp(x, 40)) * 0x1p-40;
  const PositionGrid grid(Cell(triclinic()), reach);
  EXPECT_EQ(places(grid, wrapped(positions, triclinic())), places(grid, positions));
}

TEST(PositionGrid, AtomsOnTheFacesOfTheCellAreAtOnePlace) {
  // Thirds and such: on the faces but for rounding, and wrapped with rounding.
  Eigen::Matrix3d vectors;
  vectors << 10.1, 0, 0, 3.3, 9.7, 0, 1.1, -2.3, 11.9;
  const PositionGrid grid((Cell(vectors)), reach);
  std::vector<double> positions;
  for (int i = 0; i < 64; ++i) {
    const Eigen::RowVector3d s(i % 4, i / 4 % 4, i / 16 % 4);
    const Eigen::RowVector3d x = (s / 3 - Eigen::RowVector3d::Ones()) * vectors;
    positions.insert(positions.end(), x.begin(), x.end());
  }
  EXPECT_EQ(places(grid, wrapped(positions, vectors)), places(grid, positions));
}

TEST(PositionGrid, RoundsToTheNearestPoint) {
  const PositionGrid grid(Cell(triclinic()), reach);
  const std::vector<double> positions = random_positions(1000, 60);
  const std::vector<double> placed = places(grid, positions);
  const Eigen::Matrix3d inverse = Cell(triclinic()).inverse();
  for (std::size_t at = 0; at < positions.size(); at += 3) {
    Eigen::Vector3d moved = Eigen::Map<const Eigen::Vector3d>(&placed[at]);
    for (const double x : moved) {
      ASSERT_EQ(x, std::round(x / PositionGrid::step) * PositionGrid::step);
    }
    const Eigen::Vector3d s = inverse * moved;
    ASSERT_GE(s.minCoeff(), -1e-9);
    ASSERT_LE(s.maxCoeff(), 1 + 1e-9);
    moved -= Eigen::Map<const Eigen::Vector3d>(&positions[at]);
    const Eigen::Vector3d cells = (inverse * moved).array().round();
    ASSERT_LE((moved - triclinic().transpose() * cells).cwiseAbs().maxCoeff(),
              PositionGrid::step * 0.50001);
  }
}

TEST(PositionGrid, RoundsTheLatticeVectors) {
  Eigen::Matrix3d vectors = triclinic() * (1 + 1e-7 / 3);
  const PositionGrid grid((Cell(vectors)), reach);
  const Eigen::Matrix3d rounded = grid.cell().matrix().transpose();
  EXPECT_EQ(rounded, (rounded / PositionGrid::step).array().round().matrix() * PositionGrid::step);
  EXPECT_LE((rounded - vectors).cwiseAbs().maxCoeff(), PositionGrid::step / 2);
}

TEST(PositionGrid, LeavesStructuresWithoutImagesAlone) {
  const PositionGrid grid(Cell(Eigen::Matrix3d::Zero()), reach);
  const std::vector<double> positions = random_positions(10, 1e8);
  EXPECT_EQ(places(grid, positions), positions);
}

TEST(PositionGrid, RefusesWhatItCannotResolve) {
  Eigen::Matrix3d slab = triclinic();
  slab.row(2).setZero();
  const PositionGrid grid((Cell(slab)), reach);
  std::vector<double> positions = {1, 2, 1e6, 1, 2, 2e6};
  EXPECT_THAT([&] { places(grid, positions); },
              ThrowsMessage<InvalidStructure>(HasSubstr("coordinate z of atom 1 is 2000000 bohr")));
  EXPECT_THAT([&] { PositionGrid(Cell(triclinic() * 1e6), reach); },
              ThrowsMessage<InvalidStructure>(HasSubstr("span more than 4.2e+06 bohr")));
  EXPECT_THAT([&] { PositionGrid(Cell(triclinic() * 1e-12), 0); },
              ThrowsMessage<InvalidStructure>(HasSubstr("lattice vector a is shorter than")));
}

}  // namespace
}  // namespace forcewire
