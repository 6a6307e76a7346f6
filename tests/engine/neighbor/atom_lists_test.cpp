#include "engine/neighbor/atom_lists.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "listed_pairs.hpp"

namespace forcewire {
namespace {

/// Neighbours of owned atoms within their list's cutoff, by atom and distance.
std::vector<Distances> distances(const VerletList& list, const AtomSlots& slots, std::size_t kind,
                                 double radius, std::size_t natoms) {
  const LocalSystem system = list.system();
  const auto position = [&](std::int32_t atom) {
    return Slot(system, static_cast<std::size_t>(slots.slot[static_cast<std::size_t>(atom)]))
        .position;
  };
  std::vector<Distances> result(natoms);
  const AtomRows& rows = slots.lists[kind];
  for (std::size_t i = 0; i < slots.owned; ++i) {
    std::set<std::int32_t> seen;
    for (std::size_t at = rows.begin[i]; at < rows.begin[i + 1]; ++at) {
      const std::int32_t j = rows.neighbor[at];
      EXPECT_TRUE(seen.insert(j).second) << "twice";
      EXPECT_NE(j, static_cast<std::int32_t>(i));
      const double r = (position(j) - position(static_cast<std::int32_t>(i))).norm();
      if (r < radius) result[static_cast<std::size_t>(slots.index[i])].push_back(r);
    }
  }
  for (Distances& d : result) std::sort(d.begin(), d.end());
  return result;
}

TEST(AtomLists, AreThoseOfTheirCutoffs) {
  for (const Configuration& structure : all_kinds(6.4)) {
    VerletList list(cutoff, skin, {{cutoff, false, false}, {9, false, true}});
    rebuild(list, structure);
    const AtomSlots& slots = *list.system().by_atom;
    for (const std::size_t kind : {0U, 1U}) {
      const double radius = kind == 0 ? cutoff : 9;
      expect_equal(distances(list, slots, kind, radius, structure.natoms()),
                   expected(structure, radius), structure);
    }
    EXPECT_EQ(slots.lists[0].begin.size(), slots.owned + 1);
    EXPECT_EQ(slots.lists[1].begin.size(), slots.slot.size() + 1);
  }
}

// Of two rows of clusters or three, no edge of columns may fit.
TEST(AtomLists, OfFewAtomsAreWhole) {
  Random random(6);
  for (std::size_t structures = 0; structures < 300; ++structures) {
    const auto width = static_cast<double>(8 + structures % 37);
    const auto height = static_cast<double>(8 + structures % 41);
    const Eigen::Vector3d box(width, width, height);
    Configuration structure = gas(box.asDiagonal(), 2 + structures % 30, 1, 0, random);
    structure.cell.setZero();
    VerletList list(cutoff, skin, {{cutoff, false, false}});
    rebuild(list, structure);
    expect_equal(distances(list, *list.system().by_atom, 0, cutoff, structure.natoms()),
                 expected(structure, cutoff), structure);
  }
}

TEST(AtomLists, ComeInTheOrderOfTheRequestIfThatIsWanted) {
  for (const Configuration& structure : all_kinds(6.4)) {
    VerletList list(cutoff, skin, {{cutoff, false, false, true}});
    rebuild(list, structure);
    const AtomSlots& slots = *list.system().by_atom;
    const AtomRows& rows = slots.lists[0];
    const auto key = [&](std::int32_t number) {
      const auto at = static_cast<std::size_t>(number);
      return std::pair(slots.index[at], slots.shift[at]);
    };
    for (std::size_t i = 0; i < slots.owned; ++i) {
      const auto row = rows.neighbor.subspan(rows.begin[i], rows.begin[i + 1] - rows.begin[i]);
      EXPECT_TRUE(std::ranges::is_sorted(row, {}, key)) << structure;
    }
    expect_equal(distances(list, slots, 0, cutoff, structure.natoms()), expected(structure, cutoff),
                 structure);
  }
}

// What a whole list has, seen from both sides, a half one has from one.
TEST(AtomLists, HalfOnesHaveEachPairOnce) {
  Random random(1);
  const Configuration structure = liquid(6.4, 3, random);
  VerletList list(cutoff, skin, {{cutoff, false, true}, {cutoff, true, true}});
  rebuild(list, structure);
  const AtomSlots& slots = *list.system().by_atom;
  std::set<std::pair<std::int32_t, std::int32_t>> whole;
  std::set<std::pair<std::int32_t, std::int32_t>> half;
  for (std::size_t i = 0; i < slots.slot.size(); ++i) {
    const auto self = static_cast<std::int32_t>(i);
    for (std::size_t at = slots.lists[0].begin[i]; at < slots.lists[0].begin[i + 1]; ++at) {
      whole.insert({self, slots.lists[0].neighbor[at]});
    }
    for (std::size_t at = slots.lists[1].begin[i]; at < slots.lists[1].begin[i + 1]; ++at) {
      const std::int32_t j = slots.lists[1].neighbor[at];
      EXPECT_LT(self, j);
      half.insert({self, j});
      half.insert({j, self});
    }
  }
  EXPECT_EQ(whole, half);
}

// In a cell that grows atoms may move farther: they come from farther away. That is less for the
// short list, and a pair would be missing there if the long one decided alone.
TEST(AtomLists, ServeInACellThatGrowsAsLongAsTheShortestDoes) {
  constexpr double near = 6;
  constexpr double growth = 1.1;
  Configuration start;
  start.cell = 60 * Eigen::Matrix3d::Identity();
  start.add({20, 30, 30});
  start.add({20 + near + skin + 0.1, 30, 30});
  for (const double motion : {1.6, 1.74}) {
    Configuration now = start;
    strain(now, (growth - 1) * Eigen::Matrix3d::Identity());
    now.positions[0] += motion;
    now.positions[3] -= motion;
    const double distance = now.positions[3] - now.positions[0];
    VerletList list(cutoff, skin, {{cutoff, false, false}, {near, false, false}});
    rebuild(list, start);
    EXPECT_EQ(refresh(list, now) == Serves::yes, distance > near) << distance;
  }
}

// Not even if both atoms are in one cluster, which rows of clusters always have.
TEST(AtomLists, DoNotServeWhereAFastAtomHasComeNear) {
  Configuration start;
  start.add({0, 0, 0});
  start.add({0, 0, cutoff + skin + 0.1});
  for (const double motion : {1.28, 1.32}) {
    Configuration now = start;
    now.positions[2] += motion;
    now.positions[5] -= motion;
    VerletList list(cutoff, skin, {{cutoff, false, false}});
    rebuild(list, start);
    ASSERT_EQ(list.system().owned_clusters, 1U);
    ASSERT_EQ(refresh(list, now), Serves::perhaps);
    EXPECT_EQ(list.lists_all_pairs(), now.positions[5] - now.positions[2] > cutoff);
  }
}

// A few fast atoms are looked at for one cutoff only.
TEST(AtomLists, OfSeveralCutoffsDoNotServeWithFastAtoms) {
  Random random(4);
  const Configuration start = liquid(6.4, 4, random);
  Configuration fast = start;
  fast.positions[0] += 0.6 * skin;
  VerletList one(cutoff, skin, {{cutoff, false, false}});
  rebuild(one, start);
  EXPECT_EQ(refresh(one, fast), Serves::perhaps);
  VerletList two(cutoff, skin, {{cutoff, false, false}, {6, false, false}});
  rebuild(two, start);
  EXPECT_EQ(refresh(two, fast), Serves::no);
}

}  // namespace
}  // namespace forcewire
