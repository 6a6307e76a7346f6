// Lists that serve in spite of a few fast atoms: on no rank is a pair missing when all say so.

#include "engine/neighbor/fast_atoms.hpp"

#include <gtest/gtest.h>

#include "listed_pairs.hpp"

namespace forcewire {
namespace {

/// The lists of all parts of a structure, as ranks on some nodes have them.
class Parts {
 public:
  Parts(const Configuration& structure, int parts, int nodes) : built_for_(structure) {
    const auto node_of = [&](int part) { return part * nodes / parts; };
    for (int part = 0; part < parts; ++part) {
      std::vector<int> mates;
      for (int other = 0; other < parts; ++other) {
        if (node_of(other) == node_of(part)) mates.push_back(other);
      }
      rebuild(lists_.emplace_back(cutoff, skin), structure, {part, parts}, mates);
    }
  }

  /// Do the lists serve for `now`, as ReplicaLists makes ranks agree? If so, they hold all pairs.
  Serves serve(const Configuration& now) {
    bool yes = true;
    bool perhaps = true;
    std::vector<Serves> answers;
    for (VerletList& list : lists_) {
      answers.push_back(refresh(list, now));
      yes = yes && answers.back() == Serves::yes;
      perhaps = perhaps && answers.back() != Serves::no;
    }
    bool all_listed = perhaps;
    if (perhaps && !yes) {
      for (VerletList& list : lists_) all_listed = list.lists_all_pairs() && all_listed;
    }
    if (all_listed) {
      std::vector<Distances> all(now.natoms());
      for (const VerletList& list : lists_) {
        const std::vector<Distances> rows = listed(list, built_for_, cutoff);
        for (std::size_t atom = 0; atom < now.natoms(); ++atom) {
          all[atom].insert(all[atom].end(), rows[atom].begin(), rows[atom].end());
        }
      }
      for (Distances& distances : all) std::sort(distances.begin(), distances.end());
      expect_equal(all, expected(now, cutoff), now);
    }
    for (std::size_t at = 0; at < lists_.size(); ++at) {
      if (answers[at] != Serves::no) lists_[at].undo_refresh();
    }
    if (yes) return Serves::yes;
    return all_listed ? Serves::perhaps : Serves::no;
  }

 private:
  Configuration built_for_;
  std::vector<VerletList> lists_;
};

constexpr std::pair<int, int> layouts[] = {{1, 1}, {2, 1}, {2, 2}, {5, 2}, {7, 1}};

/// A gas in a skewed cell.
Configuration skewed_gas(Random& random) {
  Configuration c;
  c.cell << 45, 0, 0, 9, 40, 3, -7, 5, 42;
  return gas(c.cell, 90, 5.8, 0, random);
}

void move(Configuration& c, std::size_t atom, const Eigen::Vector3d& way) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    c.positions[3 * atom + axis] += way[static_cast<int>(axis)];
  }
}

// Pairs that begin just beyond the list cutoff, within a part, between parts, and across the cell's
// borders. Whichever atom is the fast one: once they are within the cutoff, the list must not
// serve.
TEST(FastAtoms, APairThatIsNotListedIsFoundWhenItComesWithinTheCutoff) {
  Random random(5);
  const Configuration before = skewed_gas(random);
  const ReferenceModel farther(ReferencePair{1, 1, cutoff + 1.08 * skin});
  std::vector<ImagePair> pairs;
  for (const ImagePair& pair : image_pairs(farther, before.cell, before.positions, {})) {
    const Eigen::Vector3d r = before.position(pair.j) - before.position(pair.i) +
                              before.cell.transpose() * pair.shift.cast<double>();
    if (r.norm() > cutoff + skin) pairs.push_back(pair);
  }
  ASSERT_GT(pairs.size(), 20U);
  int apart = 0;
  int found = 0;
  int trials = 0;
  for (const auto& [parts, nodes] : layouts) {
    Parts lists(before, parts, nodes);
    for (const ImagePair& pair : pairs) {
      const Eigen::Vector3d r = before.position(pair.j) - before.position(pair.i) +
                                before.cell.transpose() * pair.shift.cast<double>();
      const double needed = r.norm() - cutoff;
      for (const double fraction : {0.36, 0.64}) {  // one atom is fast, the other slow
        Configuration now = before;
        move(now, pair.i, 0.999 * fraction * needed * r.normalized());
        move(now, pair.j, -0.999 * (1 - fraction) * needed * r.normalized());
        const Serves beyond = lists.serve(now);
        move(now, pair.i, 0.002 * needed * r.normalized());
        // One cluster may have both: it needs no row for the pair.
        found += lists.serve(now) == Serves::no ? 1 : 0;
        // The two have others around them; few of these have come near, too.
        apart += beyond == Serves::perhaps ? 1 : 0;
        ++trials;
      }
    }
  }
  EXPECT_GT(apart, trials / 2);
  EXPECT_GT(found, trials * 3 / 4);
}

// Two atoms alone, each on a rank of its own, which must know of the other from so far.
TEST(FastAtoms, AreLookedForAmongAtomsThatWereFartherThanTheListCutoff) {
  Configuration before;
  before.cell = 100 * Eigen::Matrix3d::Identity();
  before.add({50, 50, 30});
  before.add({50, 50, 30 + cutoff + 1.37 * skin});
  for (const int nodes : {1, 2}) {
    Parts lists(before, 2, nodes);
    Configuration now = before;
    move(now, 0, {0, 0, 0.69 * skin});
    move(now, 1, {0, 0, -0.67 * skin});
    EXPECT_EQ(lists.serve(now), Serves::perhaps);
    move(now, 1, {0, 0, -0.02 * skin});
    EXPECT_EQ(lists.serve(now), Serves::no);
  }
}

TEST(FastAtoms, MayNotMoveFartherThanTheSlackAllows) {
  Random random(8);
  Configuration now = skewed_gas(random);
  Parts lists(now, 2, 1);
  const Configuration before = now;
  int served = 0;
  for (std::size_t atom = 0; atom < now.natoms(); ++atom) {
    now = before;
    now.positions[3 * atom] += 0.699 * skin;
    served += lists.serve(now) == Serves::perhaps ? 1 : 0;
    now.positions[3 * atom] += 0.002 * skin;
    EXPECT_EQ(lists.serve(now), Serves::no);
  }
  EXPECT_GT(served, 60);
}

TEST(FastAtoms, ACellThatHasChangedHasNone) {
  Random random(8);
  Configuration now = skewed_gas(random);
  Parts lists(now, 1, 1);
  now.positions[0] += 0.6 * skin;
  EXPECT_EQ(lists.serve(now), Serves::perhaps);
  now.cell(0, 0) *= 1 + 1e-12;
  EXPECT_EQ(lists.serve(now), Serves::no);
}

TEST(FastAtoms, MustBeFew) {
  Random random(6);
  const Configuration before = liquid(6.4, 5, random);
  Parts lists(before, 1, 1);
  Configuration now = before;
  for (std::size_t atom = 0; atom < now.natoms(); ++atom) now.positions[3 * atom] += 0.55 * skin;
  EXPECT_EQ(lists.serve(now), Serves::no) << "though no distance has changed";
}

// Structures of all kinds, most atoms slow, a few fast, some wrapped by the server.
TEST(FastAtoms, NoPairIsEverMissing) {
  Random random(7);
  std::uniform_real_distribution<double> share(0, 1);
  int served = 0;
  int refused = 0;
  for (const Configuration& before : all_kinds(6.4)) {
    for (const auto& [parts, nodes] : layouts) {
      Parts lists(before, parts, nodes);
      for (int trial = 0; trial < 3; ++trial) {
        Configuration now = before;
        const double slow = trial == 0 ? 0.05 : 0.28;  // of the skin, along each axis
        displace(now, slow * skin, random);
        for (int fast = 0; fast < 3; ++fast) {
          const auto atom =
              static_cast<std::size_t>(share(random) * static_cast<double>(now.natoms()));
          Eigen::Vector3d way = Eigen::Vector3d::Random().normalized();
          way *= (0.5 + 0.19 * share(random)) * skin;
          for (std::size_t axis = 0; axis < 3; ++axis) {
            now.positions[3 * atom + axis] =
                before.positions[3 * atom + axis] + way[static_cast<int>(axis)];
          }
        }
        if (trial == 2) wrap_at_random(now, 2, random);
        const Serves answer = lists.serve(now);
        served += answer == Serves::perhaps ? 1 : 0;
        refused += answer == Serves::no ? 1 : 0;
      }
    }
  }
  EXPECT_GT(served, 20);
  EXPECT_GT(refused, 5);
}

}  // namespace
}  // namespace forcewire
