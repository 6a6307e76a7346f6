// Plug-ins of many bodies on several ranks.

#include <gmock/gmock.h>

#include <cmath>
#include <string>
#include <utility>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/registry.hpp"
#include "engine/potentials/units.hpp"
#include "support/brute_force_atoms.hpp"
#include "support/serving.hpp"
#include "support/structures.hpp"

namespace forcewire {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

Model make(const std::string& name, const std::string& options = "") {
  return make_model({std::string(FORCEWIRE_TEST_PLUGINS) + "/" + name + ".so", options, {}});
}

auto fails(const std::string& why) { return ThrowsMessage<PotentialFailure>(HasSubstr(why)); }

Configuration silicon() {
  Random random(3);
  const double a = 5.43 * units::angstrom;
  Configuration crystal = fcc(a, {3, 2, 2}, 0, random);
  for (std::size_t i = 0, natoms = crystal.natoms(); i < natoms; ++i) {
    crystal.add(crystal.position(i) + Eigen::Vector3d::Constant(a / 4));
  }
  displace(crystal, 0.3, random);
  return crystal;
}

TEST(PluginManyBody, StillingerWeberIsTheSameOnAllRanks) {
  Configuration structure = silicon();
  Crystal crystal{structure.cell, {}, std::vector<std::int32_t>(structure.natoms(), 0)};
  for (std::size_t i = 0; i < structure.natoms(); ++i) {
    crystal.positions.push_back(structure.position(i));
  }
  Random random(4);
  wrap_at_random(structure, 3, random);
  const Model reference = make("stillinger_weber");
  const Evaluation expected =
      evaluate(dynamic_cast<ManyBodyPotential&>(*reference.potential), crystal);
  for_each_layout({}, [&](const EvaluatorOptions& options) {
    with_evaluator(make("stillinger_weber").potential, options, [&](Evaluator& evaluator) {
      const Result result = evaluator.evaluate(structure.structure());
      EXPECT_NEAR(result.energy / expected.energy, 1, 1e-13);
      EXPECT_LT((result.virial - expected.virial).norm(), 1e-11 * expected.virial.norm());
      for (std::size_t i = 0; i < structure.natoms(); ++i) {
        for (int axis = 0; axis < 3; ++axis) {
          EXPECT_NEAR(result.forces[3 * i + static_cast<std::size_t>(axis)],
                      expected.forces[i][axis], 1e-12);
        }
      }
    });
  });
}

TEST(PluginManyBody, MayCommunicate) {
  const Configuration structure = silicon();
  const auto natoms = static_cast<double>(structure.natoms());
  EvaluatorOptions options;
  options.fewest_atoms = {10000, 10000, 10000};  // it wants all ranks all the same
  for_each_layout(options, [&](const EvaluatorOptions& layout) {
    with_evaluator(make("collective_plugin").potential, layout, [&](Evaluator& evaluator) {
      Configuration two;
      two.add({0, 0, 0});
      two.add({0, 0, 7});
      for (const Configuration* c : {&structure, static_cast<const Configuration*>(&two)}) {
        const auto count = static_cast<double>(c->natoms());
        const Result result = evaluator.evaluate(c->structure());
        EXPECT_EQ(result.energy, count * count);
        EXPECT_EQ(result.virial(0, 1), count);
        EXPECT_EQ(result.virial(1, 0), 0);
        EXPECT_THAT(result.extras, HasSubstr("\"where\": ["));
      }
      EXPECT_THAT(
          evaluator.evaluate(structure.structure()).extras,
          HasSubstr(std::string("{\"atoms\": ") + std::to_string(static_cast<int>(natoms)) + ", "));
      // A rank that cannot build its list keeps nobody waiting in there.
      Configuration bad = structure;
      bad.positions.back() = std::nan("");
      EXPECT_THROW(evaluator.evaluate(bad.structure()), PotentialFailure);
      EXPECT_EQ(evaluator.evaluate(structure.structure()).energy, natoms * natoms);
    });
  });
}

TEST(PluginManyBody, ThatCannotJoinIsAFailureOfAllRanks) {
  const Communicator world = Communicator::world();
  EXPECT_THAT([&] { Evaluator(world, make("many_body_JOIN_FAILS").potential, {}); },
              ThrowsMessage<ModelError>(HasSubstr("wants more ranks")));
}

TEST(PluginManyBody, ThatWritesOutsideItsForcesIsFoundOut) {
  const Configuration structure = silicon();
  const auto expect_failure = [&](Model model) {
    with_evaluator(std::move(model.potential), {}, [&](Evaluator& evaluator) {
      EXPECT_THAT([&] { evaluator.evaluate(structure.structure()); },
                  fails("outside its array of forces"));
    });
  };
  expect_failure(make("many_body_WRITES_BEFORE"));
  expect_failure(make("many_body_WRITES_BEHIND"));
  expect_failure(make("many_body_NO_FAULT", "word=write far before"));
  expect_failure(make("many_body_NO_FAULT", "word=write far behind"));
}

// On whatever node the atom is owned, where nothing is wrong with it.
TEST(PluginManyBody, ThatSpoilsForcesOnGhostsFailsTheRequest) {
  const Configuration structure = silicon();
  for_each_layout({}, [&](const EvaluatorOptions& options) {
    with_evaluator(make("many_body_NO_VIRIAL", "word=spoil forces on ghosts").potential, options,
                   [&](Evaluator& evaluator) {
                     EXPECT_THAT([&] { evaluator.evaluate(structure.structure()); },
                                 fails("the force on atom 7 is (0 nan 0) hartree/bohr"));
                   });
  });
}

TEST(PluginManyBody, WithBadExtrasOnTheRootFailsTheRequest) {
  const Configuration structure = silicon();
  with_evaluator(make("many_body_BAD_JSON").potential, {}, [&](Evaluator& evaluator) {
    EXPECT_THAT([&] { evaluator.evaluate(structure.structure()); },
                fails("its extra 'dipole' is no JSON"));
  });
}

TEST(PluginManyBody, WithoutAVirialSaysSoInTheExtras) {
  const Configuration structure = silicon();
  with_evaluator(make("many_body_NO_VIRIAL").potential, {}, [&](Evaluator& evaluator) {
    const Result result = evaluator.evaluate(structure.structure());
    EXPECT_EQ(result.energy, static_cast<double>(structure.natoms()));
    EXPECT_EQ(result.virial, Eigen::Matrix3d::Zero());
    EXPECT_EQ(result.extras, "{\"virial\": null}");
  });
  with_evaluator(make("many_body_FORGETS_VIRIAL").potential, {}, [&](Evaluator& evaluator) {
    EXPECT_THROW(evaluator.evaluate(structure.structure()), PotentialFailure);
  });
}

}  // namespace
}  // namespace forcewire
