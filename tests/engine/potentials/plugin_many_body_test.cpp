// Plug-ins of many bodies, alone: those that cannot be made, and those that compute by hand.

#include "engine/potentials/plugin_many_body.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <string>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/registry.hpp"
#include "engine/potentials/units.hpp"
#include "support/brute_force_atoms.hpp"

namespace forcewire {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

std::string plugin(const std::string& name) {
  return std::string(FORCEWIRE_TEST_PLUGINS) + "/" + name + ".so";
}

Model make(const std::string& name, const std::string& options = "") {
  return make_model({plugin(name), options, {}});
}

auto refuses(const char* why) { return ThrowsMessage<ModelError>(HasSubstr(why)); }

TEST(PluginManyBody, ThatDoesNotSayAllItMustIsRefused) {
  EXPECT_THAT([] { make("many_body_TWO_COMPUTES"); }, refuses("compute and compute_atoms"));
  EXPECT_THAT([] { make("many_body_PAIR_ENERGY"); }, refuses("compute and pair_energy without"));
  EXPECT_THAT([] { make("many_body_NO_LISTS"); }, refuses("does not say which lists"));
  EXPECT_THAT([] { make("many_body_ZERO_LISTS"); }, refuses("asks for 0 neighbour lists"));
  EXPECT_THAT([] { make("many_body_TOO_MANY_LISTS"); }, refuses("asks for 17 neighbour lists"));
  EXPECT_THAT([] { make("many_body_FORGETS_LISTS"); }, refuses("list 0 is nan bohr"));
  EXPECT_THAT([] { make("many_body_LONG_LIST"); }, refuses("list 0 is 9 bohr"));
  EXPECT_THAT([] { make("many_body_ZERO_LIST"); }, refuses("list 0 is 0 bohr"));
  EXPECT_THAT([] { make("many_body_MORE_LISTS"); }, refuses("needs 1 neighbour lists, and desc"));
  EXPECT_THAT([] { make("many_body_BAD_VIRIAL_KIND"); }, refuses("kind that does not exist"));
}

ManyBodyPotential& many_body(const Model& model) {
  return dynamic_cast<ManyBodyPotential&>(*model.potential);
}

/// Two atoms in a large cell.
Crystal dimer() { return {30 * Eigen::Matrix3d::Identity(), {{1, 1, 1}, {6, 1, 1}}, {0, 0}}; }

std::string failure_of(const std::string& name, const std::string& options = "") {
  const Model model = make(name, options);
  try {
    evaluate(many_body(model), dimer());
  } catch (const PotentialFailure& failure) {
    return failure.what();
  }
  return "none";
}

TEST(PluginManyBody, ThatFailsSaysWhy) {
  EXPECT_EQ(failure_of("many_body_NO_FAULT"), "none");
  EXPECT_THAT(failure_of("many_body_FAILS"), HasSubstr("failed: too hot"));
  EXPECT_THAT(failure_of("many_body_NO_FAULT", "word=say nothing"),
              HasSubstr("failed: it says no more than that its status is 7"));
  EXPECT_THAT(failure_of("careless_plugin", "word=throw nothing"),
              HasSubstr("failed: an exception without a text"));
  EXPECT_THAT(failure_of("careless_plugin", "word=throw a number"),
              HasSubstr("failed: an exception that is no std::exception"));
  EXPECT_THAT(failure_of("throws_in_COMPUTE"), HasSubstr(".so) threw: no luck"));
  EXPECT_THAT([] { make("careless_plugin", "word=throw nothing at once"); },
              refuses("an exception without a text"));
}

TEST(PluginManyBody, ThatAsksForWhatThereIsNotHearsIt) {
  EXPECT_THAT(failure_of("careless_plugin", "word=ask for ghosts"),
              HasSubstr("asks list 0 of 1 for the neighbours of atom 2, it has 2 atoms"));
  EXPECT_THAT(failure_of("careless_plugin", "word=ask for lists"),
              HasSubstr("asks list 1 of 1 for the neighbours of atom 0, it has 0 atoms"));
  EXPECT_THAT(failure_of("careless_plugin", "word=push too far"),
              HasSubstr("asks for the force on atom"));
  EXPECT_THAT([] { make("careless_plugin", "word=ask for species"); },
              refuses("asks for species 1, there are 1"));
}

TEST(PluginManyBody, ThatWritesOutsideOfWhatItIsGivenIsFoundOut) {
  EXPECT_THAT(failure_of("many_body_NO_FAULT", "word=write behind its output"),
              HasSubstr("wrote outside its output"));
}

TEST(PluginManyBody, ThatThrowsAtTheEndIsForgiven) { make("throws_in_DESTROY"); }

// Nobody asks for the extras of other ranks than the first.
TEST(PluginManyBody, WithBadExtrasFailsWhereTheyAreAskedFor) {
  const auto extras = [](const std::string& name, const std::string& options) {
    return [=] {
      const Model model = make(name, options);
      evaluate(many_body(model), dimer());
      static_cast<void>(model.potential->extras());
    };
  };
  const auto fails = [](const char* why) {
    return ThrowsMessage<PotentialFailure>(HasSubstr(why));
  };
  EXPECT_THAT(extras("many_body_BAD_JSON", ""), fails("its extra 'dipole' is no JSON"));
  EXPECT_THAT(extras("many_body_NO_KEY", ""), fails("an extra has an empty key"));
  EXPECT_THAT(extras("many_body_NULL_KEY", ""), fails("an extra has an empty key"));
  EXPECT_THAT(extras("many_body_NULL_JSON", ""), fails("its extra 'dipole' is no JSON"));
  EXPECT_THAT(extras("many_body_KEY_TWICE", ""), fails("it has the extra 'dipole' twice"));
  EXPECT_THAT(extras("many_body_EXTRA_VIRIAL", ""), fails("it has an extra 'virial', the key by"));
  EXPECT_THAT(extras("careless_plugin", "word=send nan"), fails("numbers that are not finite"));
}

TEST(PluginManyBody, NeedsToSayLittle) {
  const Model model = make("bare_many_body");
  EXPECT_EQ(find_model(plugin("bare_many_body")).name, "BareManyBody");
  EXPECT_EQ(evaluate(many_body(model), dimer()).energy, 2);
  EXPECT_EQ(
      model.potential->extras(),
      R"({"yes": true, "int": -3, "size": 7, "double": 0.1, "float": 0.5, "char": "c", )"
      R"("text": "say \"so\"\u000a", "string": "\\", "view": "liquid", "vector": [1, 2, 3.5], )"
      R"("force": [0, 0, 0], "array": [1, 2], "doubles": [0.25, -1], "truths": [true, false], )"
      R"("texts": ["a", "b"], "vectors": [[1, 0, 0], [0, 1, 0]], )"
      R"("virial": [[0, 0, 0], [0, 0, 0], [0, 0, 0]], "none": [], "json": {"why": null}})");
}

TEST(PluginManyBody, ThatForgetsNumbersHasNone) {
  EXPECT_TRUE(std::isnan(evaluate(many_body(make("many_body_FORGETS_ENERGY")), dimer()).energy));
  EXPECT_TRUE(
      std::isnan(evaluate(many_body(make("many_body_FORGETS_VIRIAL")), dimer()).virial(2, 2)));
}

TEST(PluginManyBody, HasExtrasOfTheLastComputation) {
  const Model model = make("many_body_EXTRAS");
  for (int twice = 0; twice < 2; ++twice) {
    evaluate(many_body(model), dimer());
    EXPECT_EQ(model.potential->extras(), R"({"dipole": [0, 0, 1.5], "say \"so\"": {"a": null}})");
  }
}

TEST(PluginManyBody, HasNoExtrasOfAComputationWithoutAtoms) {
  const Model model = make("many_body_EXTRAS");
  evaluate(many_body(model), dimer());
  const AtomSlots no_atoms;
  LocalSystem system;
  system.width = 4;
  system.by_atom = &no_atoms;
  model.potential->prepare(system);
  EXPECT_EQ(model.potential->compute(system, {}).energy, 0);
  EXPECT_EQ(model.potential->extras(), "");
}

TEST(PluginManyBody, SaysWhenItHasNoVirial) {
  EXPECT_FALSE(make("many_body_NO_VIRIAL").potential->has_virial());
  EXPECT_TRUE(make("many_body_NO_FAULT").potential->has_virial());
}

Crystal silicon(double lattice_constant, int repeats) {
  Crystal crystal;
  crystal.cell = repeats * lattice_constant * Eigen::Matrix3d::Identity();
  for (int a = 0; a < repeats; ++a) {
    for (int b = 0; b < repeats; ++b) {
      for (int c = 0; c < repeats; ++c) {
        for (const Eigen::Vector3d& x :
             {Eigen::Vector3d(0, 0, 0), Eigen::Vector3d(0, 0.5, 0.5), Eigen::Vector3d(0.5, 0, 0.5),
              Eigen::Vector3d(0.5, 0.5, 0)}) {
          for (const double quarter : {0.0, 0.25}) {
            crystal.positions.push_back(lattice_constant * (x + Eigen::Vector3d(a, b, c) +
                                                            Eigen::Vector3d::Constant(quarter)));
          }
        }
      }
    }
  }
  crystal.species.assign(crystal.positions.size(), 0);
  return crystal;
}

// The potential was made so that the diamond lattice at 5.431 angstrom has -2 epsilon per atom.
TEST(StillingerWeber, BindsDiamondAsInThePaper) {
  const Model model = make("stillinger_weber");
  const Crystal crystal = silicon(5.431 * units::angstrom, 1);
  const Evaluation got = evaluate(many_body(model), crystal);
  EXPECT_NEAR(got.energy / 8 / units::electronvolt, -2 * 2.1683, 1e-4);
  EXPECT_LT(got.virial.norm(), 1e-3 * std::abs(got.energy));
}

/// Eight atoms that are far from where they belong.
Crystal rattled_silicon() {
  Crystal crystal = silicon(5.3 * units::angstrom, 1);
  for (std::size_t i = 0; i < crystal.positions.size(); ++i) {
    for (int axis = 0; axis < 3; ++axis) {
      crystal.positions[i][axis] += 0.3 * std::sin(1 + 3 * static_cast<int>(i) + axis);
    }
  }
  return crystal;
}

// LAMMPS 29 Sep 2021, `pair_style sw` with the same parameters; its virial is pressure times volume
// over its constant of units metal, 1.6021765e6.
TEST(StillingerWeber, AgreesWithLammps) {
  const Model model = make("stillinger_weber");
  const Evaluation got = evaluate(many_body(model), rattled_silicon());
  EXPECT_NEAR(got.energy / units::electronvolt, -27.2132864664935, 1e-10);
  const Eigen::Vector3d force(6.11539421396968, 7.14884696580754, 5.58877921740138);
  EXPECT_LT((got.forces[3] * units::angstrom / units::electronvolt - force).norm(), 1e-9);
  constexpr double xx = 185484.495295503, yy = 122795.858319249, zz = 176343.472576959;
  constexpr double xy = 160820.675728067, xz = 263213.068749785, yz = 138691.100554404;
  Eigen::Matrix3d pressure;  // bar
  pressure << xx, xy, xz, xy, yy, yz, xz, yz, zz;
  const Eigen::Matrix3d virial = pressure * (std::pow(5.3, 3) / 1.6021765e6);
  EXPECT_LT((got.virial / units::electronvolt - virial).norm(), 1e-9 * virial.norm());
}

TEST(StillingerWeber, HasForcesAndVirialThatAreDerivatives) {
  const Model model = make("stillinger_weber");
  const Crystal crystal = rattled_silicon();
  const Evaluation got = evaluate(many_body(model), crystal);
  const auto derivative = [&](const auto& change, double step) {
    const auto energy = [&](double amount) {
      Crystal changed = crystal;
      change(changed, amount);
      return evaluate(many_body(model), changed).energy;
    };
    return (energy(-2 * step) - 8 * energy(-step) + 8 * energy(step) - energy(2 * step)) /
           (12 * step);
  };
  for (int axis = 0; axis < 3; ++axis) {
    const double slope =
        derivative([axis](Crystal& c, double x) { c.positions[3][axis] += x; }, 1e-3);
    EXPECT_NEAR(-slope, got.forces[3][axis], 1e-9);
    for (int other = 0; other < 3; ++other) {
      const double strain_slope = derivative(
          [&](Crystal& c, double x) {
            Eigen::Matrix3d strain = Eigen::Matrix3d::Identity();
            strain(axis, other) += x;
            c.cell = (c.cell * strain).eval();
            for (Eigen::Vector3d& r : c.positions) r = (strain.transpose() * r).eval();
          },
          1e-4);
      EXPECT_NEAR(-strain_slope, got.virial(axis, other), 1e-8);
    }
  }
}

}  // namespace
}  // namespace forcewire
