// Sequences of requests, as servers send them: whatever has happened before, each answer is that of
// the reference, and lists are rebuilt when needed and not more often.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "engine/parallel/evaluator.hpp"
#include "support/agreement.hpp"
#include "support/models.hpp"
#include "support/serving.hpp"

namespace forcewire {
namespace {

const double sigma = argon().sigma;
const double skin = 0.4 * sigma;

EvaluatorOptions with_skin() {
  EvaluatorOptions options;
  options.skin = skin;
  return options;
}

/// Asks `body(evaluator, model)` for a sequence, on one node and on two.
template <typename Body>
void with_each_layout(Body body) {
  forcewire::with_each_layout(ReferenceModel(argon()), with_skin(), body);
}

TEST(EvaluatorSequence, DriftingAtoms) {
  with_each_layout([](Evaluator& evaluator, const ReferenceModel& model) {
    Random random(11);
    Configuration liquid = forcewire::liquid(sigma, 3, random);
    constexpr int frames = 60;
    for (int frame = 0; frame < frames; ++frame) {
      ASSERT_TRUE(agrees_with_reference(evaluator, model, liquid)) << "frame " << frame;
      displace(liquid, 0.03 * sigma, random);
    }
    EXPECT_GT(evaluator.statistics().rebuilds, 2);
    EXPECT_LT(evaluator.statistics().rebuilds, frames / 2);
  });
}

TEST(EvaluatorSequence, WrappingIsNoMovement) {
  with_each_layout([](Evaluator& evaluator, const ReferenceModel& model) {
    Random random(12);
    Eigen::Matrix3d cell;
    cell << 40, 0, 0, 12, 35, 0, -9, 8, 38;
    const Configuration start = gas(cell, 80, 0.9 * sigma, 0, random);
    for (int frame = 0; frame < 30; ++frame) {
      Configuration now = start;
      // Each component less than skin / 2 / sqrt(3) from where the list was built.
      if (frame > 0) displace(now, 0.28 * skin, random);
      if (frame % 3 == 1) wrap_into_cell(now);
      if (frame % 3 == 2) wrap_at_random(now, 5, random);
      ASSERT_TRUE(agrees_with_reference(evaluator, model, now)) << "frame " << frame;
    }
    EXPECT_EQ(evaluator.statistics().rebuilds, 1);
  });
}

TEST(EvaluatorSequence, AtomsThatCrossTheBoundary) {
  with_each_layout([](Evaluator& evaluator, const ReferenceModel& model) {
    Random random(13);
    Configuration liquid = forcewire::liquid(sigma, 3, random);
    const Eigen::Vector3d wind = Eigen::Vector3d(0.11, -0.07, 0.05) * sigma;
    for (int frame = 0; frame < 60; ++frame) {
      for (std::size_t atom = 0; atom < liquid.natoms(); ++atom) {
        Eigen::Map<Eigen::Vector3d>(&liquid.positions[3 * atom]) += wind;
      }
      wrap_into_cell(liquid);
      ASSERT_TRUE(agrees_with_reference(evaluator, model, liquid)) << "frame " << frame;
    }
    // skin / 2 lasts for one step of this wind, which is 0.14 sigma.
    EXPECT_GE(evaluator.statistics().rebuilds, 20);
    EXPECT_LE(evaluator.statistics().rebuilds, 60);
  });
}

TEST(EvaluatorSequence, AtomsInACellThinnerThanTheSkin) {
  // Modulo lattice vectors, no atom can be farther than half the cell's edge from where it was.
  Random random(14);
  const ReferenceModel model(ReferencePair{1, 1, 2.5, Truncation::smooth, 2});
  EvaluatorOptions options;
  options.skin = 2;
  with_evaluator(engine_potential(model), options, [&](Evaluator& evaluator) {
    Configuration thin;
    thin.cell << 0.9, 0.1, 0, 0, 0.95, 0, 0.2, 0, 4;
    thin.add({0, 0, 0});
    thin.add({0.4, 0.5, 1.1});
    thin.add({0.1, 0.3, 2.4});
    for (int frame = 0; frame < 40; ++frame) {
      ASSERT_TRUE(agrees_with_reference(evaluator, model, thin)) << "frame " << frame;
      displace(thin, 0.1, random);
      if (frame % 4 == 0) wrap_at_random(thin, 3, random);
    }
  });
}

// To build a list costs Lennard-Jones four times as much, in forces, as it does a model that sees
// single atoms: so its skin gets twice as wide.
TEST(EvaluatorSequence, ListsThatCostLittleAreBuiltMoreOften) {
  const ReferenceModel model(argon());
  const auto rebuilds = [](std::unique_ptr<Potential> potential) {
    std::int64_t count = 0;
    with_evaluator(std::move(potential), {}, [&](Evaluator& evaluator) {
      Random random(15);
      Configuration liquid = forcewire::liquid(sigma, 3, random);
      for (int frame = 0; frame < 200; ++frame) {
        evaluator.evaluate(liquid.structure());
        for (std::size_t x = 0; x < liquid.positions.size(); x += 3) {
          liquid.positions[x] += 0.004 * argon().cutoff;
        }
      }
      count = evaluator.statistics().rebuilds;
    });
    return count;
  };
  const std::int64_t of_pairs = rebuilds(engine_potential(model));
  const std::int64_t of_atoms = rebuilds(many_body_potential(model, true));
  if (!Communicator::world().is_root()) return;
  EXPECT_NEAR(static_cast<double>(of_pairs), 13, 1.5);
  EXPECT_NEAR(static_cast<double>(of_atoms), 25, 3);
}

TEST(EvaluatorSequence, SmallStructuresAreTheRootsAlone) {
  const ReferenceModel model(argon());
  EvaluatorOptions options = with_skin();
  options.fewest_atoms.shared = 100;
  for_each_layout(options, [&](const EvaluatorOptions& layout) {
    const Communicator world = Communicator::world();
    Evaluator evaluator(world, engine_potential(model), layout);
    int shared = 0;
    if (evaluator.is_root()) {
      Random random(21);
      Configuration small = forcewire::liquid(sigma, 2, random);
      Configuration large = forcewire::liquid(sigma, 3, random);
      EXPECT_LT(small.natoms(), options.fewest_atoms.shared);
      EXPECT_GE(large.natoms(), options.fewest_atoms.shared);
      // Runs of both kinds, in which each keeps its own list.
      for (int frame = 0; frame < 24; ++frame) {
        Configuration& now = frame % 4 < 2 || frame % 7 == 0 ? small : large;
        if (&now == &large) ++shared;
        displace(now, 0.01 * sigma, random);
        EXPECT_TRUE(agrees_with_reference(evaluator, model, now)) << "frame " << frame;
      }
      EXPECT_EQ(evaluator.statistics().evaluations, 24);
      if (world.size() > 1) {
        EXPECT_LE(evaluator.statistics().rebuilds, 6);
      }
      small.positions[4] = std::numeric_limits<double>::quiet_NaN();
      EXPECT_THROW(evaluator.evaluate(small.structure()), PotentialFailure);
      evaluator.release(0);
    } else {
      evaluator.serve();
    }
    shared = world.max(shared);
    EXPECT_EQ(evaluator.statistics().evaluations, world.is_root() ? 25 : shared);
  });
}

// From request to request other ranks have a part: those of a node, of some nodes, all, the root
// alone. Whoever has none is not told.
TEST(EvaluatorSequence, EachSizeHasItsTeam) {
  const ReferenceModel model(argon());
  EvaluatorOptions options = with_skin();
  options.fewest_atoms = {.shared = 15, .each = 10, .each_of_several_nodes = 12};
  for_each_layout(options, [&](const EvaluatorOptions& layout) {
    const Communicator world = Communicator::world();
    Evaluator evaluator(world, engine_potential(model), layout);
    if (evaluator.is_root() && world.size() == 4 && layout.pretended_nodes == 1) {
      EXPECT_EQ(evaluator.ranks_for(35), 2) << "all are there, and would do for 53 atoms";
    }
    std::vector<int> computed(static_cast<std::size_t>(world.size()), 0);  // by each rank
    if (evaluator.is_root()) {
      Random random(31);
      const Eigen::Matrix3d cell = Eigen::Vector3d(40, 42, 44).asDiagonal();
      std::vector<Configuration> structures;
      for (const std::size_t natoms : {12U, 25U, 40U, 60U, 90U, 130U}) {
        structures.push_back(gas(cell, natoms, 0.9 * sigma, 0, random));
      }
      const auto expect_answer = [&](const Configuration& structure) {
        ASSERT_TRUE(agrees_with_reference(evaluator, model, structure))
            << structure.natoms() << " atoms by " << evaluator.ranks_for(structure.natoms());
        // Ranks are in the order of nodes here.
        const auto team = static_cast<std::size_t>(evaluator.ranks_for(structure.natoms()));
        for (std::size_t rank = 0; rank < team; ++rank) ++computed[rank];
      };
      for (int frame = 0; frame < 20; ++frame) {
        Configuration& now = structures[random() % structures.size()];
        displace(now, 0.01 * sigma, random);
        expect_answer(now);
        if (frame % 3 == 0) expect_answer(now);
        if (frame % 10 != 9) continue;
        Configuration bad = now;
        bad.positions[4] = std::numeric_limits<double>::quiet_NaN();
        EXPECT_THROW(evaluator.evaluate(bad.structure()), PotentialFailure);
        const auto team = static_cast<std::size_t>(evaluator.ranks_for(bad.natoms()));
        for (std::size_t rank = 0; rank < team; ++rank) ++computed[rank];
      }
      EXPECT_EQ(evaluator.ranks_for(14), 1);
      if (world.size() > 1) {
        EXPECT_GT(evaluator.ranks_for(60), 1);
      }
      EXPECT_EQ(evaluator.ranks_for(130), world.size());
      evaluator.release(0);
    } else {
      evaluator.serve();
    }
    for (int rank = 0; rank < world.size(); ++rank) {
      const int expected = world.max(computed[static_cast<std::size_t>(rank)]);
      if (rank == world.rank()) {
        EXPECT_EQ(evaluator.statistics().evaluations, expected);
      }
    }
  });
}

TEST(EvaluatorSequence, OneAtomJumps) {
  with_each_layout([](Evaluator& evaluator, const ReferenceModel& model) {
    Random random(15);
    Eigen::Matrix3d cell = Eigen::Vector3d(60, 60, 60).asDiagonal();
    Configuration start = gas(cell, 100, 0.9 * sigma, 0, random);
    start.add({0, 0, 0});
    for (const double x : {0.0, 0.49 * skin, 0.51 * skin, 20.0, 30.0, 59.9, -0.05, 90.0}) {
      start.positions[3 * (start.natoms() - 1)] = x;
      ASSERT_TRUE(agrees_with_reference(evaluator, model, start)) << "at x = " << x;
    }
  });
}

TEST(EvaluatorSequence, GrowingAndShearingCell) {
  with_each_layout([](Evaluator& evaluator, const ReferenceModel& model) {
    Random random(16);
    std::uniform_real_distribution<double> element_of_strain(-0.02, 0.02);
    Configuration solid = fcc(1.56 * sigma, {3, 3, 3}, 0.05 * sigma, random);
    for (int frame = 0; frame < 60; ++frame) {
      ASSERT_TRUE(agrees_with_reference(evaluator, model, solid)) << "frame " << frame;
      Eigen::Matrix3d step;
      for (double& element : step.reshaped()) element = element_of_strain(random);
      if (frame % 20 < 10) step.diagonal().array() -= 0.005;
      strain(solid, step);
      if (frame % 7 == 3) wrap_at_random(solid, 2, random);
    }
    EXPECT_GT(evaluator.statistics().rebuilds, 2);
    EXPECT_LT(evaluator.statistics().rebuilds, 45);
  });
}

TEST(EvaluatorSequence, BreathingCellKeepsItsList) {
  with_each_layout([](Evaluator& evaluator, const ReferenceModel& model) {
    Random random(17);
    const Configuration start = fcc(1.56 * sigma, {3, 3, 3}, 0.05 * sigma, random);
    for (int frame = 0; frame < 30; ++frame) {
      // An NPT run's amplitude. Atoms at the far side move by 0.02 of a cell of 4.7 sigma with it,
      // which is not what counts.
      Configuration now = start;
      strain(now, 0.02 * std::sin(0.7 * frame) * Eigen::Matrix3d::Identity());
      ASSERT_TRUE(agrees_with_reference(evaluator, model, now)) << "frame " << frame;
    }
    EXPECT_EQ(evaluator.statistics().rebuilds, 1);
  });
}

TEST(EvaluatorSequence, CellThatShrinksUnderTheAtoms) {
  // The cell changes, the atoms do not follow: images move, atoms in their middle do not.
  with_each_layout([](Evaluator& evaluator, const ReferenceModel& model) {
    Random random(18);
    Eigen::Matrix3d cell = Eigen::Vector3d(45, 45, 45).asDiagonal();
    Configuration gas = forcewire::gas(cell, 40, 0.9 * sigma, 0, random);
    for (int frame = 0; frame < 25; ++frame) {
      ASSERT_TRUE(agrees_with_reference(evaluator, model, gas)) << "frame " << frame;
      gas.cell *= 0.995;
      gas.cell(1, 0) += 0.3;
    }
  });
}

TEST(EvaluatorSequence, AnotherNumberOfAtomsEachTime) {
  with_each_layout([](Evaluator& evaluator, const ReferenceModel& model) {
    Random random(19);
    Eigen::Matrix3d cell = Eigen::Vector3d(50, 40, 45).asDiagonal();
    for (const std::size_t natoms : {1U, 2U, 100U, 3U, 101U, 60U, 60U, 7U, 120U, 1U}) {
      ASSERT_TRUE(
          agrees_with_reference(evaluator, model, gas(cell, natoms, 0.85 * sigma, 0, random)))
          << natoms << " atoms";
    }
  });
}

TEST(EvaluatorSequence, EveryKindAfterEveryOther) {
  with_each_layout([](Evaluator& evaluator, const ReferenceModel& model) {
    std::vector<Configuration> kinds = all_kinds(sigma);
    for (const Configuration& kind : kinds) {
      ASSERT_TRUE(agrees_with_reference(evaluator, model, kind));
    }
    std::reverse(kinds.begin(), kinds.end());
    for (const Configuration& kind : kinds) {
      ASSERT_TRUE(agrees_with_reference(evaluator, model, kind));
    }
  });
}

TEST(EvaluatorSequence, PeriodicAxesComeAndGo) {
  with_each_layout([](Evaluator& evaluator, const ReferenceModel& model) {
    Random random(20);
    Eigen::Matrix3d cell = Eigen::Vector3d(30, 28, 33).asDiagonal();
    const Configuration gas = forcewire::gas(cell, 50, 0.9 * sigma, 0, random);
    for (int axes = 0; axes < 8; ++axes) {
      Configuration now = gas;
      for (const int axis : {0, 1, 2}) {
        if ((axes >> axis & 1) != 0) now.cell.row(axis).setZero();
      }
      ASSERT_TRUE(agrees_with_reference(evaluator, model, now));
    }
  });
}

TEST(EvaluatorSequence, ReplicasTakeTurns) {
  with_each_layout([](Evaluator& evaluator, const ReferenceModel& model) {
    Random random(21);
    std::vector<Configuration> beads(4, forcewire::liquid(sigma, 3, random));
    for (Configuration& bead : beads) displace(bead, 0.1 * sigma, random);
    for (int frame = 0; frame < 10; ++frame) {
      for (Configuration& bead : beads) {
        ASSERT_TRUE(agrees_with_reference(evaluator, model, bead)) << "frame " << frame;
        displace(bead, 0.01 * sigma, random);
      }
    }
  });
}

}  // namespace
}  // namespace forcewire
