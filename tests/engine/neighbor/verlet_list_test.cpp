// The rows of the list against the pairs of the brute-force reference, for any part of the atoms.

#include "engine/neighbor/verlet_list.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "engine/geometry/invalid_structure.hpp"
#include "support/models.hpp"
#include "support/reference.hpp"
#include "support/sorted.hpp"
#include "support/structures.hpp"

namespace forcewire {
namespace {

constexpr double cutoff = 16;
constexpr double skin = 2.5;

/// Distances from an atom to its neighbours, in order.
using Distances = std::vector<double>;

/// The atom in each slot of owned atoms, images and guests.
std::vector<std::size_t> atoms_by_slot(const VerletList& list, const Configuration& structure) {
  const std::size_t owned = list.owned().size();
  std::vector<std::size_t> result(owned + list.imaged().size());
  const auto copy = [&](std::size_t slot, std::int32_t atom) {
    if (atom != LocalAtoms::padding) result[slot] = static_cast<std::size_t>(atom);
  };
  for (std::size_t slot = 0; slot < owned; ++slot) copy(slot, list.owned()[slot]);
  for (std::size_t image = 0; image < list.imaged().size(); ++image) {
    const std::int32_t slot = list.imaged()[image];
    if (slot != LocalAtoms::padding) {
      copy(owned + image, list.owned()[static_cast<std::size_t>(slot)]);
    }
  }
  const Sorted sorted(Cell(structure.cell), structure.positions);
  for (const LocalAtoms::Guest& guest : list.guests()) {
    copy(static_cast<std::size_t>(guest.slot), sorted.order().atoms()[guest.place]);
  }
  return result;
}

/// By atom, those of the list within `radius`; checks the layout of the rows on the way.
/// @param built_for the structure of the list
std::vector<Distances> listed(const VerletList& list, const Configuration& built_for,
                              double radius) {
  const std::size_t natoms = built_for.natoms();
  const std::vector<std::size_t> atoms = atoms_by_slot(list, built_for);
  const LocalSystem system = list.system();
  std::vector<Distances> result(natoms);
  const std::size_t slots = system.owned_clusters * system.width;
  EXPECT_EQ(slots, list.owned().size());
  for (const NeighborRows& rows : {system.owned_rows, system.ghost_rows}) {
    EXPECT_EQ(rows.begin.size(), slots + 1);
    EXPECT_EQ(rows.begin.back(), rows.cluster.size());
  }
  for (std::size_t slot = 0; slot < slots; ++slot) {
    EXPECT_EQ(list.owned()[slot] == LocalAtoms::padding, Slot(system, slot).is_padding());
  }
  const std::size_t first_ghost = slots + list.imaged().size();
  EXPECT_EQ(3 * first_ghost, system.force_numbers());
  std::set<std::pair<std::size_t, std::size_t>> seen;
  for_each_pair(system, [&](std::size_t i, std::size_t j, bool is_ghost) {
    EXPECT_EQ(is_ghost, j >= first_ghost);
    EXPECT_TRUE(seen.insert({std::min(i, j), std::max(i, j)}).second) << "twice";
    const double distance = (Slot(system, i).position - Slot(system, j).position).norm();
    if (!(distance < radius)) return;
    result[static_cast<std::size_t>(list.owned()[i])].push_back(distance);
    if (!is_ghost) result[atoms[j]].push_back(distance);
  });
  for (Distances& distances : result) std::sort(distances.begin(), distances.end());
  return result;
}

/// The same by brute force.
std::vector<Distances> expected(const Configuration& structure, double radius) {
  const ReferenceModel model(ReferencePair{1, 1, radius});
  std::vector<Distances> result(structure.natoms());
  for (const ImagePair& pair : image_pairs(model, structure.cell, structure.positions, {})) {
    const Eigen::Vector3d r = structure.position(pair.j) - structure.position(pair.i) +
                              structure.cell.transpose() * pair.shift.cast<double>();
    result[pair.i].push_back(r.norm());
    result[pair.j].push_back(r.norm());
  }
  for (Distances& distances : result) std::sort(distances.begin(), distances.end());
  return result;
}

void expect_equal(const std::vector<Distances>& actual, const std::vector<Distances>& wanted,
                  const Configuration& structure) {
  double largest = 1;
  for (const double x : structure.positions) largest = std::max(largest, std::abs(x));
  for (std::size_t atom = 0; atom < wanted.size(); ++atom) {
    ASSERT_EQ(actual[atom].size(), wanted[atom].size()) << "atom " << atom << " of " << structure;
    for (std::size_t at = 0; at < wanted[atom].size(); ++at) {
      ASSERT_NEAR(actual[atom][at], wanted[atom][at], 1e-14 * largest) << "atom " << atom;
    }
  }
}

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
  if (!list.refresh(Cell(after.cell), after.positions)) return false;
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
  EXPECT_FALSE(list.refresh(Cell(before_.cell), before_.positions)) << "never built";
  rebuild(list, before_);
  EXPECT_TRUE(list.refresh(Cell(before_.cell), before_.positions));
  list.discard();
  EXPECT_FALSE(list.refresh(Cell(before_.cell), before_.positions));
}

TEST_F(VerletListLife, ServesNoCoordinateThatCannotBeResolved) {
  // Modulo lattice vectors, such an atom has not moved.
  VerletList list(cutoff, skin);
  rebuild(list, before_);
  for (const double bad : {1e300, -1e40, 1.1e9, HUGE_VAL, std::nan("")}) {
    after_.positions[3 * 17] = bad;
    EXPECT_FALSE(list.refresh(Cell(after_.cell), after_.positions)) << bad;
    EXPECT_FALSE(list.may_serve(Cell(after_.cell), after_.positions)) << bad;
    EXPECT_FALSE(list.is_near(Cell(after_.cell), after_.positions, skin)) << bad;
  }
  EXPECT_TRUE(list.refresh(Cell(before_.cell), before_.positions));
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
  ASSERT_TRUE(list.refresh(Cell(after_.cell), after_.positions));
  EXPECT_TRUE(is_near(after_, 1e-9));
  EXPECT_FALSE(is_near(before_, 0.39 * skin));
  list.undo_refresh();
  EXPECT_TRUE(is_near(before_, 1e-9));
  EXPECT_FALSE(is_near(after_, 0.39 * skin));
}

TEST_F(VerletListLife, ARefreshThatFailsHasNotBeen) {
  VerletList list(cutoff, skin);
  rebuild(list, before_);
  after_.positions[3 * 17] += 0.6 * skin;
  EXPECT_FALSE(list.may_serve(Cell(after_.cell), after_.positions));
  EXPECT_FALSE(list.refresh(Cell(after_.cell), after_.positions));
  EXPECT_TRUE(list.is_near(Cell(before_.cell), before_.positions, 1e-9));
  EXPECT_TRUE(list.may_serve(Cell(before_.cell), before_.positions));
  EXPECT_TRUE(list.refresh(Cell(before_.cell), before_.positions));
  expect_equal(listed(list, before_, cutoff), expected(before_, cutoff), before_);
}

TEST_F(VerletListLife, SurvivesAFailedRebuild) {
  VerletList list(cutoff, skin);
  rebuild(list, before_);
  after_.cell *= 1e-4;
  EXPECT_FALSE(list.refresh(Cell(after_.cell), after_.positions));
  EXPECT_THROW(rebuild(list, after_), InvalidStructure);
  EXPECT_FALSE(list.refresh(Cell(before_.cell), before_.positions));
  rebuild(list, before_);
  expect_equal(listed(list, before_, cutoff), expected(before_, cutoff), before_);
}

}  // namespace
}  // namespace forcewire
