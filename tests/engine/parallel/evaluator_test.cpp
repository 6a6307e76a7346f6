// One evaluation of every kind of structure, by any number of ranks and nodes, against the
// brute-force image sum.

#include "engine/parallel/evaluator.hpp"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "engine/potentials/registry.hpp"
#include "support/agreement.hpp"
#include "support/models.hpp"
#include "support/serving.hpp"

namespace forcewire {
namespace {

std::string test_name(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == ' ' || c == '-'; }, '_');
  return name;
}

class EveryKind : public testing::TestWithParam<Configuration> {};

TEST_P(EveryKind, AgreesWithTheReference) {
  for (const Truncation truncation : {Truncation::none, Truncation::shift, Truncation::smooth}) {
    const ReferenceModel model(argon(truncation));
    with_evaluator(engine_potential(model), {}, [&](Evaluator& evaluator) {
      EXPECT_TRUE(agrees_with_reference(evaluator, model, GetParam()));
    });
  }
}

TEST_P(EveryKind, AgreesWithSeveralSpecies) {
  Random random(3);
  Configuration mixed = GetParam();
  mix_species(mixed, 3, random);
  EvaluatorOptions options;
  options.species = mixed.species;
  for (const Truncation truncation : {Truncation::none, Truncation::shift, Truncation::smooth}) {
    const ReferenceModel model = mixture(truncation);
    with_evaluator(engine_potential(model), options, [&](Evaluator& evaluator) {
      EXPECT_TRUE(agrees_with_reference(evaluator, model, mixed));
    });
  }
}

TEST_P(EveryKind, DoesNotDependOnTheNodes) {
  const ReferenceModel model(argon(Truncation::shift));
  const Communicator world = Communicator::world();
  for (const int nodes : {1, 2, 3, 4}) {
    if (nodes > world.size()) continue;
    EvaluatorOptions options;
    options.pretended_nodes = nodes;
    with_evaluator(engine_potential(model), options, [&](Evaluator& evaluator) {
      EXPECT_EQ(evaluator.node_count(), nodes);
      EXPECT_TRUE(agrees_with_reference(evaluator, model, GetParam()));
      EXPECT_TRUE(agrees_with_reference(evaluator, model, GetParam())) << "the second time";
    });
  }
}

TEST_P(EveryKind, VirialIsMinusTheStrainDerivative) {
  const ReferenceModel model(argon(Truncation::none));
  with_evaluator(engine_potential(model), {}, [&](Evaluator& evaluator) {
    const Configuration& kind = GetParam();
    if (kind.natoms() > 150) return;  // two thousand energies by brute force
    const LongMatrix expected = strain_derivative(model, kind.cell, kind.positions);
    const Result result = evaluator.evaluate(kind.structure());
    const auto error = (result.virial.cast<long double>() - expected).cwiseAbs().maxCoeff();
    EXPECT_LE(error, 1e-9L * expected.cwiseAbs().maxCoeff()) << kind << "\nvirial\n"
                                                             << result.virial << "\nexpected\n"
                                                             << expected;
  });
}

INSTANTIATE_TEST_SUITE_P(, EveryKind, testing::ValuesIn(all_kinds(argon().sigma)),
                         [](const auto& kind) { return test_name(kind.param.name); });

TEST(Evaluator, GivesTheSameBitsAgain) {
  Random random(4);
  const Configuration liquid = forcewire::liquid(argon().sigma, 3, random);
  std::vector<double> first;
  double first_energy = 0;
  Eigen::Matrix3d first_virial;
  for (int repetition = 0; repetition < 2; ++repetition) {
    with_evaluator(engine_potential(ReferenceModel(argon())), {}, [&](Evaluator& evaluator) {
      for (int again = 0; again < 3; ++again) {
        const Result result = evaluator.evaluate(liquid.structure());
        if (first.empty()) {
          first.assign(result.forces.begin(), result.forces.end());
          first_energy = result.energy;
          first_virial = result.virial;
        }
        EXPECT_EQ(std::memcmp(first.data(), result.forces.data(), result.forces.size_bytes()), 0);
        EXPECT_EQ(result.energy, first_energy);
        EXPECT_EQ(result.virial, first_virial);
      }
    });
  }
}

TEST(Evaluator, ForcesOnAllAtomsAddUpToZero) {
  Random random(5);
  const Configuration liquid = forcewire::liquid(argon().sigma, 4, random);
  const ReferenceModel model(argon());
  // On one node each pair is computed once. If every rank is a node, each owner computes its side,
  // and both must see the pair alike.
  for (const int nodes : {0, Communicator::world().size()}) {
    EvaluatorOptions options;
    options.pretended_nodes = nodes;
    with_evaluator(engine_potential(model), options, [&](Evaluator& evaluator) {
      const Result result = evaluator.evaluate(liquid.structure());
      const auto forces = Eigen::Map<const Eigen::Matrix3Xd>(
          result.forces.data(), 3, static_cast<Eigen::Index>(liquid.natoms()));
      EXPECT_LT(forces.rowwise().sum().cwiseAbs().maxCoeff(), 1e-13 * forces.cwiseAbs().sum());
    });
  }
}

TEST(Evaluator, TakesPositionsFromItsOwnMemory) {
  Random random(6);
  const ReferenceModel model(argon());
  with_evaluator(engine_potential(model), {}, [&](Evaluator& evaluator) {
    // Growing and shrinking: the memory moves.
    for (const int repeats : {2, 4, 3, 5}) {
      const Configuration liquid = forcewire::liquid(argon().sigma, repeats, random);
      const std::span<double> own = evaluator.positions(liquid.positions.size());
      ASSERT_EQ(own.size(), liquid.positions.size());
      std::copy(liquid.positions.begin(), liquid.positions.end(), own.begin());
      const Result result = evaluator.evaluate({liquid.cell, own});
      EXPECT_TRUE(agrees(result, image_sum(model, liquid.cell, liquid.positions), liquid));
      EXPECT_TRUE(std::equal(own.begin(), own.end(), liquid.positions.begin())) << "overwritten";
    }
  });
}

TEST(Evaluator, TakesTheAxesThatTheUserNames) {
  Random random(7);
  const ReferenceModel model(argon());
  Eigen::Matrix3d cell;
  cell << 40, 0, 0, 5, 38, 0, -6, 3, 41;
  const Configuration gas = forcewire::gas(cell, 60, 5.8, 0, random);
  for (const char* axes : {"none", "a", "b", "c", "ab", "ac", "bc", "abc", "auto"}) {
    EvaluatorOptions options;
    options.periodicity = Periodicity::parse(axes);
    Configuration expected = gas;
    for (const int axis : {0, 1, 2}) {
      const bool periodic = std::string(axes).find("abc"[axis]) != std::string::npos;
      if (!periodic && std::string(axes) != "auto") expected.cell.row(axis).setZero();
    }
    if (std::string(axes) == "auto") expected.cell = gas.cell;
    with_evaluator(engine_potential(model), options, [&](Evaluator& evaluator) {
      EXPECT_TRUE(agrees(evaluator.evaluate(gas.structure()),
                         image_sum(model, expected.cell, expected.positions), expected))
          << "periodic axes: " << axes;
    });
  }
}

TEST(Evaluator, AddsTheTailOnlyWhereAllAxesArePeriodic) {
  // Bare numbers mean what they mean to i-PI's driver: plain truncation with tail correction.
  const ReferencePair pair{6.4, 3.8e-4, 15.5};
  const ReferenceModel model(pair);
  Random random(8);
  Configuration bulk = fcc(10.3, {3, 3, 3}, 0.4, random);
  Configuration slab = bulk;
  slab.cell.row(2).setZero();
  with_evaluator(
      make_model({"lj", "6.4,3.8e-4,15.5", {}}).potential, {}, [&](Evaluator& evaluator) {
        ReferenceResult expected = image_sum(model, bulk.cell, bulk.positions);
        const ReferenceTail tail = reference_tail(pair, bulk.natoms(), bulk.cell.determinant());
        ASSERT_LT(tail.energy, 0.01L * expected.energy);
        expected.energy += tail.energy;
        expected.virial.diagonal().array() += tail.virial_diagonal;
        EXPECT_TRUE(agrees(evaluator.evaluate(bulk.structure()), expected, bulk));
        EXPECT_TRUE(agrees_with_reference(evaluator, model, slab));
      });
}

TEST(Evaluator, HandsItsStatusToAllRanks) {
  const Communicator world = Communicator::world();
  Evaluator evaluator(world, engine_potential(ReferenceModel(argon())), {});
  if (evaluator.is_root()) {
    evaluator.release(6);
  } else {
    EXPECT_EQ(evaluator.serve(), 6);
  }
}

TEST(Evaluator, CountsWhatItDid) {
  Random random(9);
  const Configuration liquid = forcewire::liquid(argon().sigma, 2, random);
  with_evaluator(engine_potential(ReferenceModel(argon())), {}, [&](Evaluator& evaluator) {
    for (int request = 0; request < 3; ++request) evaluator.evaluate(liquid.structure());
    EXPECT_EQ(evaluator.statistics().evaluations, 3);
    EXPECT_EQ(evaluator.statistics().rebuilds, 1);
    EXPECT_GT(evaluator.statistics().forces.count(), 0);
  });
}

TEST(Evaluator, ReportsWhatEachRankDid) {
  const Communicator world = Communicator::world();
  Random random(9);
  const Configuration liquid = forcewire::liquid(argon().sigma, 2, random);
  const Configuration pair = gas(Eigen::Vector3d(30, 35, 40).asDiagonal(), 2, 5.0, 0, random);
  EvaluatorOptions options;
  options.pretended_nodes = std::min(2, world.size());
  options.fewest_atoms.shared = 3;
  Evaluator evaluator(world, engine_potential(ReferenceModel(argon())), options);
  if (!evaluator.is_root()) {
    evaluator.serve();
    return;
  }
  for (int request = 0; request < 3; ++request) evaluator.evaluate(liquid.structure());
  const auto shared_out = evaluator.statistics().computing;
  evaluator.evaluate(pair.structure());  // alone
  if (world.size() > 1) {
    EXPECT_EQ(evaluator.statistics().computing, shared_out);
  }

  const std::vector<RankReport> reports = evaluator.release(0);
  ASSERT_EQ(reports.size(), static_cast<std::size_t>(world.size()));
  std::int64_t position_bytes = 0;
  std::int64_t force_bytes = 0;
  for (int rank = 0; rank < world.size(); ++rank) {
    const RankReport& report = reports[static_cast<std::size_t>(rank)];
    EXPECT_EQ(report.rank, rank);
    EXPECT_EQ(report.node, world.size() == 1 ? 0 : rank * 2 / world.size());
    EXPECT_STREQ(report.host.data(), host_name().data());
    EXPECT_GT(report.peak_memory, 1 << 20);
    EXPECT_EQ(report.statistics.evaluations, rank == 0 ? 4 : 3);
    EXPECT_GT(report.statistics.computing.count(), 0);
    EXPECT_LE(report.statistics.computing, report.statistics.forces);
    position_bytes += report.statistics.position_bytes;
    force_bytes += report.statistics.force_bytes;
  }
  const std::int64_t expected = world.size() == 1 ? 0 : 3 * 24 * 32;
  EXPECT_EQ(position_bytes, expected);
  EXPECT_EQ(force_bytes, expected);
}

}  // namespace
}  // namespace forcewire
