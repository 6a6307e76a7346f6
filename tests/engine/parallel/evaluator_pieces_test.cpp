// Arrays that go between nodes in pieces, while the root reads and writes elsewhere: every answer
// is that of the reference, whatever was begun and never finished before.

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <thread>
#include <vector>

#include "engine/parallel/evaluator.hpp"
#include "support/agreement.hpp"
#include "support/models.hpp"
#include "support/serving.hpp"

namespace forcewire {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
const ReferenceModel model(argon());

/// Runs `body(evaluator)` for several numbers of nodes and sizes of pieces.
template <typename Body>
void with_pieces(EvaluatorOptions options, Body body) {
  const int ranks = Communicator::world().size();
  for (const int nodes : {1, 2, 4}) {
    if (nodes > 1 && nodes / 2 >= ranks) continue;
    for (const std::size_t piece : {7U, 64U}) {
      options.pretended_nodes = std::min(nodes, ranks);
      options.piece = piece;
      SCOPED_TRACE(testing::Message() << nodes << " nodes, pieces of " << piece);
      with_evaluator(engine_potential(model), options, body);
    }
  }
}

/// The same, with all ranks for each structure, and with few for few atoms.
template <typename Body>
void with_pieces_by_teams(EvaluatorOptions options, Body body) {
  with_pieces(options, body);
  options.fewest_atoms.each = options.fewest_atoms.each_of_several_nodes = 10;
  with_pieces(options, body);
}

Configuration some_gas(std::size_t natoms, Random& random) {
  return gas(Eigen::Vector3d(30, 35, 40).asDiagonal(), natoms, 5.0, 0, random);
}

/// Fills the evaluator's memory as a socket does, as far as `end`; behind that nothing is good.
std::span<double> read(Evaluator& evaluator, const Configuration& structure, std::size_t end) {
  const std::size_t size = structure.positions.size();
  const std::span<double> storage = evaluator.positions(size);
  std::ranges::fill(storage, nan);
  for (std::size_t count = 0;;) {
    const std::size_t goal = evaluator.share(count);
    EXPECT_GT(goal, count);
    EXPECT_LE(goal, size);
    const std::size_t next = std::min(goal, end);
    std::copy(&structure.positions[count], &structure.positions[0] + next, &storage[count]);
    count = next;
    if (count == end) return storage;
  }
}

std::span<double> read(Evaluator& evaluator, const Configuration& structure) {
  return read(evaluator, structure, structure.positions.size());
}

TEST(EvaluatorPieces, PositionsThatWereSharedAsTheyCame) {
  Random random(1);
  std::vector<Configuration> structures;
  for (const std::size_t natoms : {50U, 1U, 60U, 20U, 21U, 22U, 60U}) {
    structures.push_back(some_gas(natoms, random));
  }
  with_pieces({}, [&](Evaluator& evaluator) {
    for (const Configuration& structure : structures) {
      const std::span<double> positions = read(evaluator, structure);
      const Result result = evaluator.evaluate({structure.cell, positions});
      EXPECT_TRUE(agrees(result, image_sum(model, structure.cell, structure.positions), structure));
    }
  });
}

TEST(EvaluatorPieces, AShortRestDoesNotOvertakeALongPiece) {
  // The piece takes many messages, to which the sender must attend; the rest is one.
  Random random(10);
  const Configuration structure = liquid(argon().sigma, 20, random);
  EvaluatorOptions options;
  options.pretended_nodes = Communicator::world().size();
  options.piece = structure.positions.size() - 30;
  with_evaluator(engine_potential(model), options, [&](Evaluator& evaluator) {
    const Result whole = evaluator.evaluate(structure.structure());
    const std::vector<double> expected(whole.forces.begin(), whole.forces.end());
    for (int again = 0; again < 3; ++again) {
      const std::span<double> positions = read(evaluator, structure);
      const Result result = evaluator.evaluate({structure.cell, positions});
      for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_NEAR(result.forces[i], expected[i], 1e-12) << i;
      }
      // So that a number that comes too late is noticed.
      Configuration elsewhere = structure;
      for (double& x : elsewhere.positions) x += 0.001;
      evaluator.evaluate(elsewhere.structure());
    }
  });
}

TEST(EvaluatorPieces, EachByteCountsOnce) {
  Random random(11);
  const Communicator world = Communicator::world();
  const Configuration structure = some_gas(50, random);
  EvaluatorOptions options;
  options.pretended_nodes = world.size();
  options.piece = 7;
  Evaluator evaluator(world, engine_potential(model), options);
  if (!evaluator.is_root()) {
    evaluator.serve();
    return;
  }
  const std::span<double> positions = read(evaluator, structure);
  evaluator.evaluate({structure.cell, positions});
  read(evaluator, structure, 100);  // 98 are on their way
  const std::vector<RankReport> reports = evaluator.release(0);
  ASSERT_EQ(reports.size(), static_cast<std::size_t>(world.size()));
  for (const RankReport& report : reports) {
    EXPECT_EQ(report.statistics.position_bytes, report.rank == 0 ? 0 : 8 * (150 + 98));
    EXPECT_EQ(report.statistics.force_bytes, report.rank == 0 ? 0 : 8 * 150);
  }
}

TEST(EvaluatorPieces, NumbersThatNobodyReportsInTime) {
  Random random(2);
  const Configuration structure = some_gas(50, random);
  const std::size_t size = structure.positions.size();
  with_pieces({}, [&](Evaluator& evaluator) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{11}, size - 1}) {
      const std::span<double> positions = evaluator.positions(size);
      std::ranges::fill(positions, nan);
      for (std::size_t begin = 0; begin < size; begin += step) {
        const std::size_t count = std::min(step, size - begin);
        std::copy_n(&structure.positions[begin], count, &positions[begin]);
        evaluator.share(begin + count);
      }
      const Result result = evaluator.evaluate({structure.cell, positions});
      EXPECT_TRUE(agrees(result, image_sum(model, structure.cell, structure.positions), structure))
          << "in steps of " << step;
    }
  });
}

TEST(EvaluatorPieces, OnlyManyNumbersForOtherNodesAreAskedForEarly) {
  const auto first_goal = [](const EvaluatorOptions& options, std::size_t count) {
    std::size_t goal = count;  // of ranks that have none
    with_evaluator(engine_potential(model), options, [&](Evaluator& evaluator) {
      evaluator.positions(count);
      goal = evaluator.share(0);
      EXPECT_EQ(evaluator.share(goal), std::min(2 * goal, count));
    });
    return Communicator::world().is_root() ? goal : 0;
  };
  if (Communicator::world().size() == 1) return;
  const std::size_t piece = Communicator::world().is_root() ? 70 : 0;
  const std::size_t all = Communicator::world().is_root() ? 150 : 0;
  EvaluatorOptions options;
  options.pretended_nodes = 2;
  options.piece = 70;
  EXPECT_EQ(first_goal(options, 150), piece);
  EXPECT_EQ(first_goal(options, 71), piece);
  EXPECT_EQ(first_goal(options, 70), piece) << "all of them";
  options.fewest_atoms.shared = 50;
  EXPECT_EQ(first_goal(options, 150), piece);
  options.fewest_atoms.shared = 51;  // the root's alone
  EXPECT_EQ(first_goal(options, 150), all);
  options.fewest_atoms.shared = 0;
  options.pretended_nodes = 1;
  EXPECT_EQ(first_goal(options, 150), all);
}

TEST(EvaluatorPieces, RequestsThatNeverBecomeWhole) {
  Random random(3);
  const Configuration small = some_gas(20, random);
  const Configuration large = some_gas(60, random);
  const Configuration other = some_gas(60, random);
  EvaluatorOptions options;
  options.fewest_atoms.shared = 10;
  const Configuration tiny = some_gas(5, random);
  with_pieces_by_teams(options, [&](Evaluator& evaluator) {
    for (const std::size_t end : {1U, 33U, 59U}) {
      // Followed by one that is read, is not read, makes the memory grow, is the root's alone.
      for (const auto* next : {&small, &large, &other, &tiny, &large}) {
        read(evaluator, small, end);
        const std::span<double> positions = read(evaluator, *next);
        EXPECT_TRUE(agrees(evaluator.evaluate({next->cell, positions}),
                           image_sum(model, next->cell, next->positions), *next));
        read(evaluator, small, end);
        EXPECT_TRUE(agrees_with_reference(evaluator, model, *next));
      }
    }
    read(evaluator, large, 100);  // and the evaluator is released
  });
}

TEST(EvaluatorPieces, ForcesInOrder) {
  Random random(4);
  const Configuration structure = some_gas(50, random);
  const std::size_t size = structure.positions.size();
  with_pieces({}, [&](Evaluator& evaluator) {
    const Result whole = evaluator.evaluate(structure.structure());
    EXPECT_TRUE(agrees(whole, image_sum(model, structure.cell, structure.positions), structure));
    const std::vector<double> expected(whole.forces.begin(), whole.forces.end());
    for (int again = 0; again < 3; ++again) {
      const Result result = evaluator.evaluate_in_pieces(structure.structure());
      EXPECT_EQ(result.energy, whole.energy);
      EXPECT_EQ(result.virial, whole.virial);
      ASSERT_EQ(result.forces.size(), size);
      for (std::size_t there = 0; there < size;) {
        const std::size_t next = evaluator.await_forces(there + 1);
        ASSERT_GT(next, there);
        there = next;
        ASSERT_TRUE(
            std::ranges::equal(result.forces.first(there), std::span(expected).first(there)))
            << there << " forces";
      }
      EXPECT_EQ(evaluator.await_forces(0), size);
    }
  });
}

TEST(EvaluatorPieces, ForcesAreThereAtOnceOnOneNode) {
  Random random(5);
  const Configuration structure = some_gas(50, random);
  EvaluatorOptions options;
  options.pretended_nodes = 1;
  options.piece = 1;
  with_evaluator(engine_potential(model), options, [&](Evaluator& evaluator) {
    evaluator.evaluate_in_pieces(structure.structure());
    EXPECT_EQ(evaluator.await_forces(0), structure.positions.size());
  });
}

TEST(EvaluatorPieces, ForcesThatNobodyWaitedFor) {
  Random random(6);
  const Configuration structure = some_gas(50, random);
  const Configuration larger = some_gas(60, random);
  const Configuration tiny = some_gas(5, random);
  EvaluatorOptions options;
  options.fewest_atoms.shared = 10;
  with_pieces_by_teams(options, [&](Evaluator& evaluator) {
    for (const std::size_t waited_for : {0U, 20U, 149U}) {
      for (const auto* next : {&structure, &tiny, &larger, &structure}) {
        evaluator.evaluate_in_pieces(structure.structure());
        evaluator.await_forces(waited_for);
        EXPECT_TRUE(agrees_with_reference(evaluator, model, *next));
        evaluator.evaluate_in_pieces(structure.structure());
        evaluator.await_forces(waited_for);
        const std::span<double> positions = read(evaluator, *next);
        EXPECT_TRUE(agrees(evaluator.evaluate({next->cell, positions}),
                           image_sum(model, next->cell, next->positions), *next));
      }
    }
    evaluator.evaluate_in_pieces(larger.structure());  // and the evaluator is released
  });
}

TEST(EvaluatorPieces, FailuresOfAllKinds) {
  Random random(7);
  const Configuration good = some_gas(50, random);
  const Configuration other = some_gas(50, random);
  Configuration broken = good;
  broken.positions[97] = nan;
  Configuration overlapping = good;
  std::copy_n(&good.positions[3 * 20], 3, &overlapping.positions[3 * 30]);
  with_pieces({}, [&](Evaluator& evaluator) {
    for (const auto* bad : {&broken, &overlapping}) {
      std::span<double> positions = read(evaluator, *bad);
      EXPECT_THROW(evaluator.evaluate_in_pieces({bad->cell, positions}), PotentialFailure);
      positions = read(evaluator, good);
      EXPECT_TRUE(agrees(evaluator.evaluate({good.cell, positions}),
                         image_sum(model, good.cell, good.positions), good));
    }
    std::span<double> positions = read(evaluator, good);
    EXPECT_THROW(evaluator.evaluate_in_pieces({Eigen::Matrix3d::Constant(1), positions}),
                 PotentialFailure);
    // What was shared for a request that was refused counts no more.
    std::ranges::copy(other.positions, positions.begin());
    EXPECT_TRUE(agrees(evaluator.evaluate({other.cell, positions}),
                       image_sum(model, other.cell, other.positions), other));
    positions = read(evaluator, good);
    EXPECT_THROW(evaluator.positions(std::size_t{1} << 47), PotentialFailure) << "a petabyte";
    EXPECT_TRUE(agrees_with_reference(evaluator, model, good));
  });
}

TEST(EvaluatorPieces, AskedAgainTheSameMemoryHoldsOtherNumbers) {
  Random random(8);
  const Configuration first = some_gas(50, random);
  const Configuration second = some_gas(50, random);
  with_pieces({}, [&](Evaluator& evaluator) {
    const std::span<double> positions = read(evaluator, first);
    evaluator.evaluate({first.cell, positions});
    std::ranges::copy(second.positions, positions.begin());
    EXPECT_TRUE(agrees(evaluator.evaluate({second.cell, positions}),
                       image_sum(model, second.cell, second.positions), second));
  });
}

TEST(EvaluatorPieces, ASlowServer) {
  Random random(9);
  const Configuration structure = some_gas(50, random);
  EvaluatorOptions options;
  options.pretended_nodes = std::min(3, Communicator::world().size());
  options.piece = 10;
  with_evaluator(engine_potential(model), options, [&](Evaluator& evaluator) {
    const std::span<double> positions = evaluator.positions(150);
    for (std::size_t count = 0; count < 150;) {
      const std::size_t goal = evaluator.share(count);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      std::copy(&structure.positions[count], &structure.positions[0] + goal, &positions[count]);
      count = goal;
    }
    const Result result = evaluator.evaluate_in_pieces({structure.cell, positions});
    for (std::size_t there = 0; there < 150; there = evaluator.await_forces(there + 1)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    EXPECT_TRUE(agrees(result, image_sum(model, structure.cell, structure.positions), structure));
  });
}

/// Requests of all sizes as servers and callers may make them, finished or not, good or bad, one
/// after the other at random.
class AnyRequest {
 public:
  AnyRequest(Evaluator& evaluator, unsigned seed) : evaluator_(evaluator), random_(seed) {
    for (const std::size_t natoms : {1U, 4U, 8U, 12U, 14U, 20U, 26U, 33U, 40U, 60U, 63U, 80U}) {
      structures_.push_back(some_gas(natoms, random_));
    }
  }

  /// @param most how many of the structures may come, the smallest ones
  void make(std::size_t most) {
    const Configuration& asked = structures_[random_() % most];
    const std::size_t size = asked.positions.size();
    switch (random_() % 8) {
      case 0:  // not where it was read
        return expect_answer(asked, asked.structure());
      case 1:
        return expect_answer(asked, {asked.cell, read(evaluator_, asked)});
      case 2:  // never whole, and then another one
        read(evaluator_, asked, 1 + random_() % size);
        if (random_() % 2 == 0) {
          const Configuration& other = structures_[random_() % most];
          expect_answer(other, other.structure());
        }
        return;
      case 3:  // forces are not waited for
        evaluator_.evaluate_in_pieces({asked.cell, read(evaluator_, asked)});
        if (random_() % 2 == 0) evaluator_.await_forces(random_() % size);
        return;
      case 4:
        return expect_failure(Eigen::Matrix3d::Constant(1), read(evaluator_, asked));
      case 5: {
        Configuration bad = asked;
        bad.positions[random_() % size] = nan;
        return expect_failure(bad.cell, read(evaluator_, bad));
      }
      case 6:
        read(evaluator_, asked);
        EXPECT_THROW(evaluator_.positions(std::size_t{1} << 47U), PotentialFailure);
        return;
      default: {  // fewer than were read
        Configuration part = asked;
        part.positions.resize(3 * (1 + random_() % asked.natoms()));
        const auto positions = read(evaluator_, asked).first(part.positions.size());
        return expect_answer(part, {part.cell, positions});
      }
    }
  }

 private:
  void expect_answer(const Configuration& expected, const Structure& asked) {
    EXPECT_TRUE(agrees(evaluator_.evaluate(asked),
                       image_sum(model, expected.cell, expected.positions), expected));
  }

  void expect_failure(const Eigen::Matrix3d& cell, std::span<const double> positions) {
    EXPECT_THROW(evaluator_.evaluate_in_pieces({cell, positions}), PotentialFailure);
  }

  Evaluator& evaluator_;
  Random random_;
  std::vector<Configuration> structures_;
};

TEST(EvaluatorPieces, AnySequence) {
  for (const int nodes : {1, 2, 3, 4}) {
    if (nodes > Communicator::world().size()) continue;
    EvaluatorOptions options;
    options.pretended_nodes = nodes;
    options.piece = 40;
    options.fewest_atoms = {.shared = 6, .each = 6, .each_of_several_nodes = 9};
    SCOPED_TRACE(testing::Message() << nodes << " nodes");
    with_evaluator(engine_potential(model), options, [](Evaluator& evaluator) {
      AnyRequest request(evaluator, 1);
      for (int step = 0; step < 150; ++step) {
        request.make(step < 60 ? 9 : 12);  // then memory grows
        ASSERT_FALSE(testing::Test::HasFailure()) << "step " << step;
      }
    });
  }
}

}  // namespace
}  // namespace forcewire
