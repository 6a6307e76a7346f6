#include "engine/neighbor/local_atoms.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "engine/geometry/invalid_structure.hpp"
#include "support/sorted.hpp"

namespace forcewire {
namespace {

using ::testing::HasSubstr;

Cell cell_of_rows(const Eigen::Vector3d& a, const Eigen::Vector3d& b, const Eigen::Vector3d& c) {
  Eigen::Matrix3d rows;
  rows << a.transpose(), b.transpose(), c.transpose();
  return Cell(rows);
}

/// Chooses all atoms, and their ghosts.
void select(LocalAtoms& atoms, const Cell& cell, const std::vector<double>& positions,
            double reach) {
  atoms.select(cell, positions, {}, reach, Sorted(cell, positions).order(), {});
}

std::size_t owned_count(const LocalAtoms& atoms) {
  const auto padding = std::count(atoms.owned().begin(), atoms.owned().end(), LocalAtoms::padding);
  return atoms.owned().size() - static_cast<std::size_t>(padding);
}

/// Atoms, images and ghosts.
std::size_t atom_count(const LocalAtoms& atoms) {
  const LocalSystem system{.width = atoms.width(), .atoms = atoms.atoms()};
  std::size_t count = 0;
  for (std::size_t slot = 0; slot < atoms.clusters() * atoms.width(); ++slot) {
    count += Slot(system, slot).is_padding() ? 0 : 1;
  }
  return count;
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
  select(atoms, thin, origin, 1.0);
  EXPECT_EQ(owned_count(atoms), 1U);
  EXPECT_GE(atom_count(atoms), 5U);  // itself and four images on one side
  EXPECT_LT(atom_count(atoms), 9U);  // not the other side, too
}

// The same lattice, described by ever longer vectors, has the same ghosts.
TEST(LocalAtoms, TakesAnyDescriptionOfALattice) {
  constexpr double n = 10;
  const std::vector<double> positions = grid(10);
  LocalAtoms cube;
  select(cube, cell_of_rows({n, 0, 0}, {0, n, 0}, {0, 0, n}), positions, 2.5);
  for (const int k : {1, 4, 8}) {
    LocalAtoms skewed;
    select(skewed, cell_of_rows({n, 0, 0}, {k * n, n, 0}, {k * n, k * n, n}), positions, 2.5);
    EXPECT_EQ(owned_count(skewed), positions.size() / 3);
    // Wrapped into a longer cell, owned atoms are spread wider and see more ghosts; not k^2 more.
    EXPECT_LT(atom_count(skewed), static_cast<std::size_t>(20 * (k + 1)) * atom_count(cube));
  }
}

/// Volume of the boxes around owned clusters, an atom.
double cluster_volume(const LocalAtoms& atoms) {
  const SearchedClusters clusters = atoms.searched();
  double volume = 0;
  for (std::size_t cluster = 0; cluster < atoms.owned_clusters(); ++cluster) {
    double box = 1;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      box *= clusters.high[axis][cluster] - clusters.low[axis][cluster] + 1;
    }
    volume += box;
  }
  return volume / static_cast<double>(owned_count(atoms));
}

// If they were not, every atom would be tested against every other.
TEST(LocalAtoms, ClustersAreCompactWhereverTheAtomsAre) {
  const std::vector<double> drop = grid(12);
  LocalAtoms of_drop;
  select(of_drop, Cell(Eigen::Matrix3d::Zero()), drop, 2.5);
  EXPECT_LT(cluster_volume(of_drop), 3);

  std::vector<double> evaporated = drop;
  evaporated.insert(evaporated.end(), {1e8, -1e8, 3e7});
  LocalAtoms with_one_far;
  select(with_one_far, Cell(Eigen::Matrix3d::Zero()), evaporated, 2.5);
  EXPECT_EQ(owned_count(with_one_far), drop.size() / 3 + 1);
  EXPECT_LT(cluster_volume(with_one_far), 3);

  std::vector<double> sheet;
  for (std::size_t at = 0; at < drop.size(); at += 3) {
    if (drop[at + 2] < 1) sheet.insert(sheet.end(), {drop[at], drop[at + 1], 0.5});
  }
  LocalAtoms of_sheet;
  select(of_sheet, Cell(Eigen::Matrix3d::Zero()), sheet, 2.5);
  EXPECT_LT(cluster_volume(of_sheet), 3);
  EXPECT_LT(of_sheet.owned().size(), 3 * owned_count(of_sheet)) << "mostly padding";
}

TEST(LocalAtoms, TakesAColumnOfNoHeight) {
  // The reciprocals of these heights are no numbers.
  for (const double height : {0.0, 5e-324, 1e-310, 1e-300}) {
    const std::vector<double> sheet{0, 0, 0, 0.5, 0, height, 0, 0.5, 0, 0.5, 0.5, height / 2};
    LocalAtoms atoms;
    select(atoms, Cell(Eigen::Matrix3d::Zero()), sheet, 1.0);
    EXPECT_EQ(owned_count(atoms), 4U) << height;
  }
}

TEST(LocalAtoms, RefusesAtomsThatAreTooManyCellsAway) {
  const Cell thin = cell_of_rows({1e-3, 0, 0}, {0, 8, 0}, {0, 0, 8});
  const std::vector<double> far{1e8, 0, 0};
  LocalAtoms atoms;
  try {
    select(atoms, thin, far, 1e-2);
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
    select(atoms, thin, origin, 1.0);
    FAIL() << "2e9 images were accepted";
  } catch (const InvalidStructure& error) {
    EXPECT_THAT(error.what(), HasSubstr("periodic images"));
  }
}

}  // namespace
}  // namespace forcewire
