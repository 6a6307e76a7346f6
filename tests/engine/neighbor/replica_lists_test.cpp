// Which list is used, rebuilt, kept and dropped; one rank, with the votes of others made up.
// Forces through it, on several ranks: evaluator_replicas_test.cpp.

#include "engine/neighbor/replica_lists.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "engine/geometry/invalid_structure.hpp"
#include "support/agreement.hpp"
#include "support/models.hpp"
#include "support/reference.hpp"
#include "support/sorted.hpp"
#include "support/structures.hpp"

namespace forcewire {
namespace {

using ::testing::HasSubstr;

const double sigma = argon().sigma;
const double cutoff = argon().cutoff;
const double skin = 0.4 * sigma;

std::uint64_t alone(std::uint64_t bits) { return bits; }

/// Finds or rebuilds.
/// @return whether a list served
bool ask(ReplicaLists& lists, const Configuration& structure,
         const ReplicaLists::Agree& agree = alone) {
  const Cell cell(structure.cell);
  if (lists.find(cell, structure.positions, agree)) return true;
  lists.rebuild(cell, structure.positions, structure.species,
                Sorted(cell, structure.positions).order(), {});
  return false;
}

/// Asks for each bead once.
/// @return how many found no list
int misses_in_a_cycle(ReplicaLists& lists, const std::vector<Configuration>& beads) {
  return static_cast<int>(
      std::ranges::count_if(beads, [&](const Configuration& bead) { return !ask(lists, bead); }));
}

/// Forces by the current list.
testing::AssertionResult is_right(const ReplicaLists& lists, const Configuration& structure) {
  const ReferenceModel model(argon());
  const VerletList& list = lists.current();
  std::vector<double> forces(structure.positions.size(), std::nan(""));
  const LocalSystem system = list.system();
  AlignedVector<double> local(system.force_numbers());
  const LocalSums sums = engine_potential(model)->compute(system, local);
  list.fold_images(local);
  for (std::size_t slot = 0; slot < list.owned().size(); ++slot) {
    if (list.owned()[slot] == LocalAtoms::padding) continue;
    double* force = &forces[3 * static_cast<std::size_t>(list.owned()[slot])];
    Eigen::Map<Eigen::Vector3d>{force} = force_in_slot(system, local, slot);
  }
  Result result;
  result.energy = sums.energy;
  result.virial = sums.virial;
  result.forces = forces;
  return agrees(result, image_sum(model, structure.cell, structure.positions), structure);
}

class ReplicaListsTest : public testing::Test {
 protected:
  /// As a liquid's beads: the same atoms, up to `spread` along each axis from where they were.
  std::vector<Configuration> beads(std::size_t count, double spread) {
    std::vector<Configuration> result(count, liquid(sigma, 3, random_));
    for (Configuration& bead : result) displace(bead, spread, random_);
    return result;
  }

  Random random_{61};
};

TEST_F(ReplicaListsTest, KeepsAListForEachReplica) {
  ReplicaLists lists(cutoff, skin);
  std::vector<Configuration> beads = this->beads(5, 0.2 * sigma);
  for (const Configuration& bead : beads) EXPECT_FALSE(ask(lists, bead));
  EXPECT_EQ(lists.count(), 5);
  for (const std::size_t k : {0U, 1U, 2U, 3U, 4U, 0U, 3U, 1U, 1U, 4U, 2U, 0U}) {
    displace(beads[k], 0.02 * skin, random_);
    EXPECT_TRUE(ask(lists, beads[k])) << "bead " << k;
    EXPECT_TRUE(is_right(lists, beads[k])) << "bead " << k;
  }
}

TEST_F(ReplicaListsTest, AsksOnceWhereTheExpectedListServes) {
  ReplicaLists lists(cutoff, skin);
  const std::vector<Configuration> beads = this->beads(4, 0.2 * sigma);
  int votes = 0;
  const auto count = [&](std::uint64_t bits) {
    ++votes;
    return bits;
  };
  for (int cycle = 0; cycle < 2; ++cycle) {
    for (const Configuration& bead : beads) ask(lists, bead);
  }
  for (const Configuration& bead : beads) EXPECT_TRUE(ask(lists, bead, count));
  EXPECT_EQ(votes, 4) << "in turn";
  votes = 0;
  EXPECT_TRUE(ask(lists, beads[2], count));
  EXPECT_EQ(votes, 2) << "out of turn";
  EXPECT_TRUE(ask(lists, beads[2], count));
  votes = 0;
  EXPECT_TRUE(ask(lists, beads[2], count));
  EXPECT_EQ(votes, 1) << "one alone";
}

TEST_F(ReplicaListsTest, OneStructureThatMovesKeepsOneList) {
  ReplicaLists lists(cutoff, skin);
  Configuration liquid = forcewire::liquid(sigma, 3, random_);
  std::vector<double> velocity(liquid.positions.size());
  for (double& v : velocity) v = std::uniform_real_distribution(-0.02, 0.02)(random_) * sigma;
  int rebuilds = 0;
  constexpr int frames = 100;
  for (int frame = 0; frame < frames; ++frame) {
    for (std::size_t at = 0; at < velocity.size(); ++at) liquid.positions[at] += velocity[at];
    strain(liquid, 0.002 * std::sin(0.3 * frame) * Eigen::Matrix3d::Identity());
    if (frame % 3 == 1) wrap_into_cell(liquid);
    if (frame % 7 == 2) wrap_at_random(liquid, 3, random_);
    if (!ask(lists, liquid)) ++rebuilds;
    ASSERT_EQ(lists.count(), 1) << "frame " << frame;
  }
  EXPECT_GT(rebuilds, frames / 20);
  EXPECT_LT(rebuilds, frames / 4);
}

TEST_F(ReplicaListsTest, AListThatIsWornOutIsReplacedByTheSameReplica) {
  ReplicaLists lists(cutoff, skin);
  std::vector<Configuration> beads = this->beads(3, 0.2 * sigma);
  for (int frame = 0; frame < 30; ++frame) {
    for (Configuration& bead : beads) {
      ask(lists, bead);
      ASSERT_TRUE(frame % 10 != 0 || is_right(lists, bead)) << "frame " << frame;
      for (std::size_t at = 0; at < bead.positions.size(); at += 3) {
        bead.positions[at] += 0.1 * skin;
      }
    }
    ASSERT_EQ(lists.count(), 3) << "frame " << frame;
  }
}

TEST_F(ReplicaListsTest, TellsBeadsBarelyFartherApartThanAListBears) {
  ReplicaLists lists(cutoff, skin);
  Configuration here = liquid(sigma, 3, random_);
  Configuration there = here;
  there.positions[3 * 40] += 0.71 * skin;  // more than even a fast atom may have moved
  EXPECT_FALSE(ask(lists, here));
  EXPECT_FALSE(ask(lists, there));
  EXPECT_EQ(lists.count(), 2);
  EXPECT_TRUE(ask(lists, here));
  EXPECT_TRUE(is_right(lists, here));
  EXPECT_TRUE(ask(lists, there));
  EXPECT_TRUE(is_right(lists, there));
}

TEST_F(ReplicaListsTest, AFastAtomIsLookedAtOnAllRanks) {
  ReplicaLists lists(cutoff, skin);
  const Configuration here = liquid(sigma, 3, random_);
  Configuration there = here;
  there.positions[3 * 40] += 0.51 * skin;
  ask(lists, here);
  int votes = 0;
  const auto count = [&](std::uint64_t bits) { return ++votes, bits; };
  EXPECT_TRUE(ask(lists, there, count));
  EXPECT_EQ(votes, 2) << "slow everywhere, no pair missing anywhere";
  EXPECT_TRUE(is_right(lists, there));

  // Another rank misses a pair: the list serves nowhere, and has not been there.
  ReplicaLists others(cutoff, skin);
  ask(others, here);
  votes = 0;
  const auto not_the_second = [&](std::uint64_t bits) { return ++votes == 2 ? 0 : bits; };
  EXPECT_FALSE(ask(others, there, not_the_second));
  EXPECT_EQ(others.count(), 2) << "as if it had been there, the list counted as worn out";
  EXPECT_TRUE(ask(others, here));
  EXPECT_TRUE(is_right(others, here));
}

TEST_F(ReplicaListsTest, BeadsThatAreCloseShareAList) {
  ReplicaLists lists(cutoff, skin);
  for (const Configuration& bead : beads(6, 0.06 * skin)) ask(lists, bead);
  EXPECT_EQ(lists.count(), 1);
}

TEST_F(ReplicaListsTest, TheListThatServedLongestAgoMakesWay) {
  ReplicaLists lists(cutoff, skin, {.lists = 3});
  const std::vector<Configuration> beads = this->beads(4, 0.2 * sigma);
  for (const std::size_t k : {0U, 1U, 2U}) EXPECT_FALSE(ask(lists, beads[k]));
  for (const std::size_t k : {0U, 1U, 2U, 0U}) EXPECT_TRUE(ask(lists, beads[k]));
  EXPECT_FALSE(ask(lists, beads[3]));  // in the place of 1
  EXPECT_EQ(lists.count(), 3);
  for (const std::size_t k : {0U, 2U, 3U}) EXPECT_TRUE(ask(lists, beads[k])) << "bead " << k;
  EXPECT_FALSE(ask(lists, beads[1]));  // in the place of 0
  EXPECT_TRUE(is_right(lists, beads[1]));
  EXPECT_EQ(lists.count(), 3);
  for (const std::size_t k : {1U, 2U, 3U}) EXPECT_TRUE(ask(lists, beads[k])) << "bead " << k;
}

TEST_F(ReplicaListsTest, FortyBeadsInTurnFindTheirLists) {
  ReplicaLists lists(cutoff, skin);
  const std::vector<Configuration> beads = this->beads(40, 0.2 * sigma);
  EXPECT_EQ(misses_in_a_cycle(lists, beads), 40);
  for (int cycle = 0; cycle < 2; ++cycle) EXPECT_EQ(misses_in_a_cycle(lists, beads), 0);
}

TEST_F(ReplicaListsTest, OfMoreBeadsThanListsAllButOneListServe) {
  const std::vector<Configuration> beads = this->beads(12, 0.2 * sigma);
  ReplicaLists one(cutoff, skin);
  ask(one, beads[0]);
  const std::size_t size = one.bytes();
  // Five lists, or memory for four when one more is opened.
  for (const ReplicaLists::Bounds bounds :
       {ReplicaLists::Bounds{.lists = 5}, ReplicaLists::Bounds{.bytes = size * 9 / 2}}) {
    ReplicaLists lists(cutoff, skin, bounds);
    EXPECT_EQ(misses_in_a_cycle(lists, beads), 12);
    for (int cycle = 0; cycle < 2; ++cycle) {
      EXPECT_EQ(misses_in_a_cycle(lists, beads), 8);
      EXPECT_TRUE(is_right(lists, beads.back()));
      EXPECT_EQ(lists.count(), 5);
    }
  }
}

TEST_F(ReplicaListsTest, ListsOfASystemThatIsGoneMakeWayInTheEnd) {
  ReplicaLists lists(cutoff, skin, {.lists = 4});
  for (const Configuration& bead : beads(4, 0.2 * sigma)) ask(lists, bead);
  const std::vector<Configuration> others = beads(3, 0.2 * sigma);
  int misses = 0;
  for (int cycle = 0; cycle < 8; ++cycle) misses += misses_in_a_cycle(lists, others);
  EXPECT_LT(misses, 4 * 4 + 3);
  EXPECT_EQ(misses_in_a_cycle(lists, others), 0);
}

TEST_F(ReplicaListsTest, StructuresThatHaveNothingInCommonFillTheBoundAndNoMore) {
  ReplicaLists lists(cutoff, skin);
  for (int k = 0; k < 70; ++k) ask(lists, liquid(sigma, 2, random_));
  EXPECT_EQ(lists.count(), 64);
}

TEST_F(ReplicaListsTest, MemoryBoundsTheNumberOfLists) {
  const std::vector<Configuration> beads = this->beads(6, 0.2 * sigma);
  ReplicaLists one(cutoff, skin);
  ask(one, beads[0]);
  const std::size_t size = one.bytes();
  EXPECT_GT(size, beads[0].natoms() * 60 * sizeof(std::int32_t)) << "less than the neighbours";

  ReplicaLists three(cutoff, skin, {.bytes = size * 5 / 2});
  for (const Configuration& bead : beads) {
    ask(three, bead);
    EXPECT_LE(three.count(), 3);
    EXPECT_LT(three.bytes(), size * 4);
  }
  EXPECT_EQ(three.count(), 3);
  for (const std::size_t k : {0U, 1U, 5U}) EXPECT_TRUE(ask(three, beads[k])) << "bead " << k;
}

TEST_F(ReplicaListsTest, OneListIsAllowedHoweverLarge) {
  ReplicaLists lists(cutoff, skin, {.bytes = 0});
  const std::vector<Configuration> beads = this->beads(2, 0.2 * sigma);
  for (const Configuration& bead : beads) {
    EXPECT_FALSE(ask(lists, bead));
    EXPECT_TRUE(ask(lists, bead));
    EXPECT_EQ(lists.count(), 1);
  }
}

TEST_F(ReplicaListsTest, MemoryThatIsShortOnAnotherRankCountsHere) {
  ReplicaLists lists(cutoff, skin);
  const std::vector<Configuration> beads = this->beads(4, 0.2 * sigma);
  for (const std::size_t k : {0U, 1U, 2U}) ask(lists, beads[k]);
  // Of the lists this rank has room for, in slots 0 to 2, the other one keeps the last used.
  int vote = 0;
  const auto less = [&](std::uint64_t bits) { return ++vote == 4 ? bits & 0b100U : bits; };
  EXPECT_FALSE(ask(lists, beads[3], less));
  ASSERT_EQ(vote, 4) << "expected, others, worn out, fitting";
  EXPECT_EQ(lists.count(), 2);
  for (const std::size_t k : {2U, 3U}) EXPECT_TRUE(ask(lists, beads[k])) << "bead " << k;
  EXPECT_FALSE(ask(lists, beads[1]));
}

TEST_F(ReplicaListsTest, NoListServesHereThatDoesNotElsewhere) {
  ReplicaLists lists(cutoff, skin);
  const std::vector<Configuration> beads = this->beads(2, 0.2 * sigma);
  for (const Configuration& bead : beads) ask(lists, bead);
  const auto never = [](std::uint64_t) { return std::uint64_t{0}; };
  for (const Configuration& bead : beads) EXPECT_FALSE(ask(lists, bead, never));
}

TEST_F(ReplicaListsTest, AListThatIsTestedInVainHasNotMoved) {
  ReplicaLists lists(cutoff, skin);
  const Configuration start = liquid(sigma, 3, random_);
  Configuration moved = start;  // still served here, and too far to be the same replica
  for (std::size_t at = 0; at < moved.positions.size(); at += 3) moved.positions[at] += 0.4 * skin;
  ask(lists, start);
  int vote = 0;
  const auto not_the_expected = [&](std::uint64_t bits) { return ++vote == 1 ? 0 : bits; };
  EXPECT_FALSE(ask(lists, moved, not_the_expected));
  EXPECT_EQ(lists.count(), 2) << "as if it had been there, the list counted as worn out";
  EXPECT_TRUE(ask(lists, start));
  EXPECT_TRUE(is_right(lists, start));
}

TEST_F(ReplicaListsTest, OtherNumbersOfAtomsAndOtherAxesTakeTurns) {
  ReplicaLists lists(cutoff, skin);
  const Eigen::Matrix3d cell = Eigen::Vector3d(50, 40, 45).asDiagonal();
  std::vector<Configuration> kinds;
  for (const std::size_t natoms : {60U, 61U, 1U, 100U}) {
    kinds.push_back(gas(cell, natoms, 0.85 * sigma, 0, random_));
  }
  kinds.push_back(kinds[0]);
  kinds.back().cell.row(2).setZero();
  for (const Configuration& kind : kinds) EXPECT_FALSE(ask(lists, kind));
  for (int frame = 0; frame < 3; ++frame) {
    for (Configuration& kind : kinds) {
      displace(kind, 0.02 * skin, random_);
      EXPECT_TRUE(ask(lists, kind)) << kind;
      EXPECT_TRUE(is_right(lists, kind)) << kind;
    }
  }
}

TEST_F(ReplicaListsTest, FailedRebuildsDriveNoListOut) {
  ReplicaLists lists(cutoff, skin, {.lists = 4});
  const std::vector<Configuration> beads = this->beads(2, 0.2 * sigma);
  for (const Configuration& bead : beads) ask(lists, bead);
  Configuration broken = beads[0];
  broken.positions[7] = std::numeric_limits<double>::quiet_NaN();
  for (int k = 0; k < 10; ++k) EXPECT_THROW(ask(lists, broken), InvalidStructure);
  for (const Configuration& bead : beads) {
    EXPECT_TRUE(ask(lists, bead));
    EXPECT_TRUE(is_right(lists, bead));
  }
}

TEST_F(ReplicaListsTest, RefusesBoundsThatMakeNoSense) {
  for (const int count : {-1, 0, 65}) {
    try {
      const ReplicaLists lists(cutoff, skin, {.lists = count});
      ADD_FAILURE() << count << " lists were accepted";
    } catch (const std::invalid_argument& error) {
      EXPECT_THAT(error.what(), HasSubstr(std::to_string(count) + " lists"));
    }
  }
}

TEST(ReplicaLists, SkinsAdaptEachToItsReplica) {
  const double first = Skin::adaptive(cutoff, 4).width();
  ReplicaLists lists(cutoff, Skin::adaptive(cutoff, 4), {.lists = 1});
  Random random(8);
  Configuration slow = liquid(sigma, 3, random);
  for (int k = 0; k < 200; ++k) ask(lists, slow);
  EXPECT_EQ(lists.current().skin(), first);
  while (ask(lists, slow)) {
    for (double& x : slow.positions) x += 0.1 * first;
  }
  const double adapted = lists.current().skin();
  EXPECT_LT(adapted, 0.7 * first) << "it lasted for more than 200 requests";
  EXPECT_TRUE(is_right(lists, slow));

  // Another replica takes the only slot.
  const Configuration other = liquid(sigma, 3, random);
  EXPECT_FALSE(ask(lists, other));
  EXPECT_EQ(lists.current().skin(), first);
  EXPECT_TRUE(is_right(lists, other));
}

}  // namespace
}  // namespace forcewire
