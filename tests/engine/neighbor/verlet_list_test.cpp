// The rows of the list against the pairs of the brute-force reference, for any part of the atoms.

#include "engine/neighbor/verlet_list.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "engine/geometry/invalid_structure.hpp"
#include "listed_pairs.hpp"

namespace forcewire {
namespace {

/// A structure of each kind, and who is within the list cutoff of whom: found once, it takes long.
struct Kind {
  Configuration structure;
  std::vector<Distances> wanted;
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> result = [] {
    std::vector<Kind> all;
    for (const Configuration& structure : all_kinds(6.4)) {
      all.push_back({structure, expected(structure, cutoff + skin)});
    }
    return all;
  }();
  return result;
}

TEST(VerletList, HoldsAllPairsWithinTheListCutoff) {
  for (const Kind& kind : kinds()) {
    VerletList list(cutoff, skin);
    rebuild(list, kind.structure);
    expect_equal(listed(list, kind.structure, cutoff + skin), kind.wanted, kind.structure);
  }
}

/// Do parts together own each atom once, and see all its neighbours?
/// @param nodes into which the parts are divided; parts of one node are mates
void expect_parts_see_all(const Kind& kind, int parts, int nodes) {
  const Configuration& structure = kind.structure;
  const auto node_of = [&](int part) { return part * nodes / parts; };
  std::vector<Distances> all(structure.natoms());
  std::vector<int> owners(structure.natoms(), 0);
  for (int part = 0; part < parts; ++part) {
    std::vector<int> mates;
    for (int other = 0; other < parts; ++other) {
      if (node_of(other) == node_of(part)) mates.push_back(other);
    }
    VerletList list(cutoff, skin);
    rebuild(list, structure, {part, parts}, mates);
    for (const std::int32_t atom : list.owned()) {
      if (atom != LocalAtoms::padding) ++owners[static_cast<std::size_t>(atom)];
    }
    if (nodes == 1) {
      EXPECT_TRUE(list.system().ghost_rows.cluster.empty());
    }
    if (nodes == parts) {
      EXPECT_TRUE(list.guests().empty());
    }
    const std::vector<Distances> rows = listed(list, structure, cutoff + skin);
    for (std::size_t atom = 0; atom < structure.natoms(); ++atom) {
      all[atom].insert(all[atom].end(), rows[atom].begin(), rows[atom].end());
    }
  }
  for (Distances& distances : all) std::sort(distances.begin(), distances.end());
  EXPECT_EQ(owners, std::vector<int>(structure.natoms(), 1)) << structure;
  expect_equal(all, kind.wanted, structure);
}

TEST(VerletList, PartsOwnEachAtomOnceAndSeeAllTheirNeighbors) {
  for (const Kind& kind : kinds()) {
    for (const int parts : {2, 3, 7, 64}) expect_parts_see_all(kind, parts, parts);
  }
}

TEST(VerletList, PartsOfANodeShareOutTheirPairs) {
  for (const Kind& kind : kinds()) {
    for (const int parts : {2, 7, 30}) expect_parts_see_all(kind, parts, 1);
    expect_parts_see_all(kind, 5, 2);
  }
}

TEST(VerletList, PartsThatMeetTwiceHaveTheSameWork) {
  Random random(9);
  const Configuration liquid = forcewire::liquid(6.4, 6, random);
  std::vector<double> guests;
  for (const int part : {0, 1}) {
    VerletList list(cutoff, skin);
    rebuild(list, liquid, {part, 2}, std::vector<int>{0, 1});
    guests.push_back(static_cast<double>(list.guests().size()));
  }
  EXPECT_GT(guests[0], 100);
  EXPECT_NEAR(guests[0], guests[1], 0.25 * guests[0]);
}

TEST(VerletList, PartsAreOfEqualSize) {
  Random random(1);
  const Configuration liquid = forcewire::liquid(6.4, 4, random);
  for (int part = 0; part < 7; ++part) {
    VerletList list(cutoff, skin);
    rebuild(list, liquid, {part, 7});
    const auto padding = std::count(list.owned().begin(), list.owned().end(), LocalAtoms::padding);
    EXPECT_NEAR(static_cast<double>(list.owned().size()) - static_cast<double>(padding), 256 / 7.0,
                1);
  }
}

/// What a list of a Lennard-Jones liquid takes for each atom of the first of `parts` of a node.
double bytes_per_atom(const Configuration& liquid, int parts, std::vector<AtomListKind> kinds) {
  std::vector<int> mates(static_cast<std::size_t>(parts));
  std::iota(mates.begin(), mates.end(), 0);
  VerletList list(cutoff, skin, std::move(kinds));
  rebuild(list, liquid, {0, parts}, mates);
  return static_cast<double>(list.bytes()) * parts / static_cast<double>(liquid.natoms());
}

TEST(VerletList, TakesAsMuchMemoryAsTheReadmeSays) {
  Random random(1);
  const Configuration structure = liquid(cutoff / 2.5, 20, random);
  struct Case {
    int atoms;
    double pairs;  // at most [bytes per atom], and not much less
    double by_atom;
  };
  for (const Case& wanted : {Case{32000, 600, 1300}, {4000, 800, 1800}, {500, 1500, 3100}}) {
    const int parts = 32000 / wanted.atoms;
    const double pairs = bytes_per_atom(structure, parts, {});
    const double by_atom = bytes_per_atom(structure, parts, {{cutoff, false, false}});
    EXPECT_LE(pairs, wanted.pairs) << wanted.atoms << " atoms";
    EXPECT_GE(pairs, 0.75 * wanted.pairs) << wanted.atoms << " atoms";
    EXPECT_LE(by_atom, wanted.by_atom) << wanted.atoms << " atoms";
    EXPECT_GE(by_atom, 0.75 * wanted.by_atom) << wanted.atoms << " atoms";
  }
}

TEST(VerletList, CarriesTheSpecies) {
  Random random(2);
  Configuration mixed = liquid(6.4, 2, random);
  mix_species(mixed, 3, random);
  VerletList list(cutoff, skin);
  rebuild(list, mixed);
  const LocalSystem system = list.system();
  for (std::size_t slot = 0; slot < list.owned().size(); ++slot) {
    if (list.owned()[slot] == LocalAtoms::padding) continue;
    EXPECT_EQ(Slot(system, slot).species,
              mixed.species[static_cast<std::size_t>(list.owned()[slot])]);
  }
}

/// Does a list built for `before` serve for `after`? If so, it must hold all pairs.
bool serves(const Configuration& before, const Configuration& after) {
  VerletList list(cutoff, skin);
  rebuild(list, before);
  if (refresh(list, after) != Serves::yes) return false;
  expect_equal(listed(list, before, cutoff), expected(after, cutoff), after);
  return true;
}

class VerletListLife : public testing::Test {
 protected:
  VerletListLife() {
    Eigen::Matrix3d cell;
    cell << 45, 0, 0, 9, 40, 3, -7, 5, 42;
    before_ = gas(cell, 90, 5.8, 0, random_);
    after_ = before_;
  }

  Random random_{3};
  Configuration before_;
  Configuration after_;
};

TEST_F(VerletListLife, ServesUntilAnAtomHasMovedHalfTheSkin) {
  after_.positions[3 * 17] += 0.499 * skin;
  EXPECT_TRUE(serves(before_, after_));
  after_.positions[3 * 17] += 0.002 * skin;
  EXPECT_FALSE(serves(before_, after_));
}

TEST_F(VerletListLife, MovementIsTakenModuloLatticeVectors) {
  displace(after_, 0.28 * skin, random_);
  wrap_at_random(after_, 10, random_);
  EXPECT_TRUE(serves(before_, after_));
  after_.positions[3 * 17 + 2] += 0.6 * skin;
  after_.positions[3 * 17 + 2] += 0.6 * skin;
  EXPECT_FALSE(serves(before_, after_));
}

TEST_F(VerletListLife, AlongAnOpenAxisNothingIsWrapped) {
  for (const int axis : {0, 1, 2}) {
    Configuration slab = before_;
    slab.cell.row(axis).setZero();
    Configuration moved = slab;
    // A whole number of the unit vectors that stand in for the missing lattice vector.
    Eigen::Map<Eigen::Vector3d>(&moved.positions[3 * 5]) += 45 * Cell(slab.cell).matrix().col(axis);
    EXPECT_FALSE(serves(slab, moved));
  }
}

TEST_F(VerletListLife, ServesASmallDeformationOfTheCell) {
  Eigen::Matrix3d shear = Eigen::Matrix3d::Zero();
  shear(0, 1) = 0.02;
  shear(2, 0) = -0.03;
  strain(after_, shear);
  EXPECT_TRUE(serves(before_, after_));
}

TEST_F(VerletListLife, CompressionWearsTheListOut) {
  // All distances shrink by s: those just within the cutoff came from cutoff / s.
  const double limit = cutoff / (cutoff + skin);
  strain(after_, (1.001 * limit - 1) * Eigen::Matrix3d::Identity());
  EXPECT_TRUE(serves(before_, after_));
  after_ = before_;
  strain(after_, (0.999 * limit - 1) * Eigen::Matrix3d::Identity());
  EXPECT_FALSE(serves(before_, after_));
}

TEST_F(VerletListLife, ExpansionDoesNotWearItOut) {
  strain(after_, 0.3 * Eigen::Matrix3d::Identity());
  EXPECT_TRUE(serves(before_, after_));
}

TEST_F(VerletListLife, DeformationAndMovementAddUp) {
  const double squeeze = 0.5 * (1 + cutoff / (cutoff + skin));
  strain(after_, (squeeze - 1) * Eigen::Matrix3d::Identity());
  after_.positions[3 * 40 + 1] += 0.2 * skin;
  EXPECT_TRUE(serves(before_, after_));
  after_.positions[3 * 40 + 1] += 0.25 * skin;
  EXPECT_FALSE(serves(before_, after_));
}

TEST_F(VerletListLife, ServesNoOtherNumberOfAtoms) {
  after_.positions.resize(after_.positions.size() - 3);
  EXPECT_FALSE(serves(before_, after_));
}

TEST_F(VerletListLife, ServesNoOtherPeriodicAxes) {
  // At the origin, an atom has the same fractional coordinates in any cell.
  Configuration crystal;
  crystal.cell = 10 * Eigen::Matrix3d::Identity();
  crystal.add({0, 0, 0});
  Configuration slab = crystal;
  slab.cell.row(1).setZero();
  EXPECT_FALSE(serves(crystal, slab));
  EXPECT_FALSE(serves(slab, crystal));
}

TEST_F(VerletListLife, EndsWithDiscard) {
  VerletList list(cutoff, skin);
  EXPECT_EQ(refresh(list, before_), Serves::no) << "never built";
  rebuild(list, before_);
  EXPECT_EQ(refresh(list, before_), Serves::yes);
  list.discard();
  EXPECT_EQ(refresh(list, before_), Serves::no);
}

TEST_F(VerletListLife, ServesNoCoordinateThatCannotBeResolved) {
  // Modulo lattice vectors, such an atom has not moved.
  VerletList list(cutoff, skin);
  rebuild(list, before_);
  for (const double bad : {1e300, -1e40, 1.1e9, HUGE_VAL, std::nan("")}) {
    after_.positions[3 * 17] = bad;
    EXPECT_EQ(refresh(list, after_), Serves::no) << bad;
    EXPECT_FALSE(list.may_serve(Cell(after_.cell), after_.positions)) << bad;
    EXPECT_FALSE(list.is_near(Cell(after_.cell), after_.positions, skin)) << bad;
  }
  EXPECT_EQ(refresh(list, before_), Serves::yes);
}

TEST_F(VerletListLife, KnowsHowNearItLastServed) {
  VerletList list(cutoff, skin);
  const auto is_near = [&](const Configuration& at, double distance) {
    return list.is_near(Cell(at.cell), at.positions, distance);
  };
  EXPECT_FALSE(is_near(before_, 1)) << "never built";
  rebuild(list, before_);
  EXPECT_TRUE(is_near(before_, 1e-9));
  after_.positions[3 * 17] += 0.4 * skin;
  strain(after_, 0.01 * Eigen::Matrix3d::Identity());
  wrap_at_random(after_, 3, random_);
  EXPECT_FALSE(is_near(after_, 0.4 * skin));
  EXPECT_TRUE(is_near(after_, 0.41 * skin)) << "deformation is no movement";
  after_ = before_;
  after_.positions[3 * 17] += 0.4 * skin;
  ASSERT_EQ(refresh(list, after_), Serves::yes);
  EXPECT_TRUE(is_near(after_, 1e-9));
  EXPECT_FALSE(is_near(before_, 0.39 * skin));
  list.undo_refresh();
  EXPECT_TRUE(is_near(before_, 1e-9));
  EXPECT_FALSE(is_near(after_, 0.39 * skin));
}

TEST_F(VerletListLife, ARefreshThatFailsHasNotBeen) {
  VerletList list(cutoff, skin);
  rebuild(list, before_);
  after_.positions[3 * 17] += 0.8 * skin;
  EXPECT_FALSE(list.may_serve(Cell(after_.cell), after_.positions));
  EXPECT_EQ(refresh(list, after_), Serves::no);
  EXPECT_TRUE(list.is_near(Cell(before_.cell), before_.positions, 1e-9));
  EXPECT_TRUE(list.may_serve(Cell(before_.cell), before_.positions));
  EXPECT_EQ(refresh(list, before_), Serves::yes);
  expect_equal(listed(list, before_, cutoff), expected(before_, cutoff), before_);
}

TEST_F(VerletListLife, SurvivesAFailedRebuild) {
  VerletList list(cutoff, skin);
  rebuild(list, before_);
  after_.cell *= 1e-4;
  EXPECT_EQ(refresh(list, after_), Serves::no);
  EXPECT_THROW(rebuild(list, after_), InvalidStructure);
  EXPECT_EQ(refresh(list, before_), Serves::no);
  rebuild(list, before_);
  expect_equal(listed(list, before_, cutoff), expected(before_, cutoff), before_);
}

}  // namespace
}  // namespace forcewire
