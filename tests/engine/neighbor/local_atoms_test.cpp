#include "engine/neighbor/local_atoms.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "engine/geometry/invalid_structure.hpp"

namespace forcewire {
namespace {

using ::testing::HasSubstr;

Cell cell_of_rows(const Eigen::Vector3d& a, const Eigen::Vector3d& b, const Eigen::Vector3d& c) {
  Eigen::Matrix3d rows;
  rows << a.transpose(), b.transpose(), c.transpose();
  return Cell(rows);
}

/// `n`^3 atoms on a grid that fills a cube of edge `n`.
std::vector<double> grid(int n) {
  std::vector<double> positions;
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) {
      for (int k = 0; k < n; ++k) positions.insert(positions.end(), {i + 0.5, j + 0.5, k + 0.5});
    }
  }
  return positions;
}

TEST(LocalAtoms, SeesOneImageInAThinCell) {
  const Cell thin = cell_of_rows({0.25, 0, 0}, {0, 8, 0}, {0, 0, 8});
  const std::vector<double> origin{0, 0, 0};
  LocalAtoms atoms;
  atoms.select(thin, origin, {}, 1.0, {});
  EXPECT_EQ(atoms.owned_count(), 1U);
  EXPECT_GE(atoms.size(), 9U);  // itself and four images on either side
}

// The same lattice, described by ever longer vectors, has the same ghosts.
TEST(LocalAtoms, TakesAnyDescriptionOfALattice) {
  constexpr double n = 10;
  const std::vector<double> positions = grid(10);
  LocalAtoms cube;
  cube.select(cell_of_rows({n, 0, 0}, {0, n, 0}, {0, 0, n}), positions, {}, 2.5, {});
  for (const int k : {1, 4, 8}) {
    LocalAtoms skewed;
    skewed.select(cell_of_rows({n, 0, 0}, {k * n, n, 0}, {k * n, k * n, n}), positions, {}, 2.5,
                  {});
    EXPECT_EQ(skewed.owned_count(), positions.size() / 3);
    // Wrapped into a longer cell, owned atoms are spread wider and see more ghosts; not k^2 more.
    EXPECT_LT(skewed.size(), static_cast<std::size_t>(20 * (k + 1)) * cube.size());
  }
}

TEST(LocalAtoms, RefusesAtomsThatAreTooManyCellsAway) {
  const Cell thin = cell_of_rows({1e-3, 0, 0}, {0, 8, 0}, {0, 0, 8});
  const std::vector<double> far{1e8, 0, 0};
  LocalAtoms atoms;
  try {
    atoms.select(thin, far, {}, 1e-2, {});
    FAIL() << "1e11 cells were accepted";
  } catch (const InvalidStructure& error) {
    EXPECT_THAT(error.what(), HasSubstr("1.0e+11 cells from the origin"));
  }
}

// On average there is less than one image in sight, but this one axis has more than an int can
// count.
TEST(LocalAtoms, RefusesTooManyImagesAlongOneAxis) {
  const Cell thin = cell_of_rows({1e-9, 0, 0}, {0, 1e6, 0}, {0, 0, 1e6});
  const std::vector<double> origin{0, 0, 0};
  LocalAtoms atoms;
  try {
    atoms.select(thin, origin, {}, 1.0, {});
    FAIL() << "2e9 images were accepted";
  } catch (const InvalidStructure& error) {
    EXPECT_THAT(error.what(), HasSubstr("periodic images"));
  }
}

}  // namespace
}  // namespace forcewire
