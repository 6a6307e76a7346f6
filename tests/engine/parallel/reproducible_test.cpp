// The same bits: with the option for any number of ranks and nodes, any lattice vectors added, and
// any history; without it when all of that is the same.

#include <gmock/gmock.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/registry.hpp"
#include "support/agreement.hpp"
#include "support/models.hpp"
#include "support/serving.hpp"

namespace forcewire {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

using Bits = std::vector<std::uint64_t>;
using MakePotential = std::function<std::unique_ptr<Potential>()>;

const double sigma = argon().sigma;

Bits bits_of(const Result& result) {
  Bits bits;
  const auto add = [&](double number) { bits.push_back(std::bit_cast<std::uint64_t>(number)); };
  add(result.energy);
  for (const double element : result.virial.reshaped()) add(element);
  for (const double force : result.forces) add(force);
  return bits;
}

EvaluatorOptions reproducible(std::vector<std::int32_t> species = {}) {
  EvaluatorOptions options;
  options.species = std::move(species);
  options.reproducible = true;
  return options;
}

/// Of one rank that has never computed anything else.
Bits expected_bits(const MakePotential& make, const Configuration& configuration) {
  const Communicator alone = Communicator::self();
  Evaluator evaluator(alone, make(), reproducible(configuration.species));
  const Bits bits = bits_of(evaluator.evaluate(configuration.structure()));
  evaluator.release(0);
  return bits;
}

MakePotential lennard_jones(const ReferenceModel& model) {
  return [model] { return engine_potential(model); };
}

MakePotential of_registry(const ModelRequest& request) {
  return [request] { return make_model(request).potential; };
}

/// To numbers so short that lattice vectors are added without rounding.
void shorten(Configuration& configuration) {
  for (double& x : configuration.positions) x = std::round(std::ldexp(x, 20)) * 0x1p-20;
  for (double& x : configuration.cell.reshaped()) x = std::round(std::ldexp(x, 20)) * 0x1p-20;
}

/// Runs `body(evaluator)` for each layout. @collective
template <typename Body>
void with_each(const MakePotential& make, EvaluatorOptions options, const Body& body) {
  for_each_layout(std::move(options),
                  [&](const EvaluatorOptions& layout) { with_evaluator(make(), layout, body); });
}

TEST(Reproducible, EveryKindOfStructure) {
  const MakePotential make = lennard_jones(ReferenceModel(argon()));
  with_each(make, reproducible(), [&](Evaluator& evaluator) {
    for (const Configuration& kind : all_kinds(sigma)) {
      EXPECT_EQ(bits_of(evaluator.evaluate(kind.structure())), expected_bits(make, kind)) << kind;
    }
  });
}

TEST(Reproducible, ManyAtoms) {
  // Enough for each rank to see many others, and for the root alone to be another case.
  const MakePotential make = lennard_jones(ReferenceModel(argon()));
  Random random(31);
  Configuration liquid = forcewire::liquid(sigma, 8, random);
  with_each(make, reproducible(), [&](Evaluator& evaluator) {
    for (int frame = 0; frame < 3; ++frame) {
      EXPECT_EQ(bits_of(evaluator.evaluate(liquid.structure())), expected_bits(make, liquid));
      displace(liquid, 0.05 * sigma, random);
    }
  });
}

TEST(Reproducible, LatticeVectorsChangeNothing) {
  const MakePotential make = lennard_jones(ReferenceModel(argon(Truncation::smooth)));
  with_each(make, reproducible(), [&](Evaluator& evaluator) {
    Random random(32);
    for (Configuration& kind : all_kinds(sigma)) {
      shorten(kind);
      const Bits expected = expected_bits(make, kind);
      for (int repeat = 0; repeat < 2; ++repeat) {
        wrap_at_random(kind, 5, random);
        EXPECT_EQ(bits_of(evaluator.evaluate(kind.structure())), expected) << kind;
      }
    }
  });
}

TEST(Reproducible, LatticeVectorsThatAreAddedWithRoundingChangeNothingEither) {
  const MakePotential make = lennard_jones(ReferenceModel(argon()));
  with_each(make, reproducible(), [&](Evaluator& evaluator) {
    Random random(33);
    Eigen::Matrix3d cell;
    cell << 40.1, 0.3, -0.2, 12.7, 35.3, 0.1, -9.9, 8.7, 38.3;
    const Configuration structure = gas(cell, 150, 0.9 * sigma, 0, random);
    const Bits expected = expected_bits(make, structure);
    for (int repeat = 0; repeat < 5; ++repeat) {
      Configuration wrapped = structure;
      wrap_at_random(wrapped, 2, random);
      if (repeat % 2 == 1) wrap_into_cell(wrapped);
      EXPECT_NE(wrapped.positions, structure.positions);
      EXPECT_EQ(bits_of(evaluator.evaluate(wrapped.structure())), expected);
    }
  });
}

TEST(Reproducible, WhateverWasAskedBefore) {
  const MakePotential make = lennard_jones(ReferenceModel(argon()));
  for (const double skin : {0.0, 0.8}) {  // 0: it adapts
    EvaluatorOptions options = reproducible();
    if (skin > 0) options.skin = skin * sigma;
    with_each(make, options, [&](Evaluator& evaluator) {
      Random random(34);
      Configuration one = forcewire::liquid(sigma, 3, random);
      Eigen::Matrix3d cell;
      cell << 30, 0, 0, 9, 25, 0, -8, 7, 28;
      Configuration two = gas(cell, 60, 0.9 * sigma, 0, random);
      for (int frame = 0; frame < 24; ++frame) {
        Configuration& now = frame % 5 < 3 ? one : two;
        displace(now, 0.04 * sigma, random);
        if (frame % 7 == 0) wrap_into_cell(now);
        if (frame % 11 == 0) strain(now, 0.002 * Eigen::Matrix3d::Identity());
        const Bits bits = bits_of(evaluator.evaluate(now.structure()));
        if (frame % 4 == 0) {
          EXPECT_EQ(bits, expected_bits(make, now)) << "frame " << frame;
        }
      }
    });
  }
}

TEST(Reproducible, WhoeverComputes) {
  // The root alone, some, or all.
  const MakePotential make = lennard_jones(ReferenceModel(argon()));
  EvaluatorOptions options = reproducible();
  options.fewest_atoms = {.shared = 30, .each = 15, .each_of_several_nodes = 40};
  with_each(make, options, [&](Evaluator& evaluator) {
    Random random(35);
    for (const int repeats : {3, 7, 2, 7}) {
      const Configuration liquid = forcewire::liquid(sigma, repeats, random);
      EXPECT_EQ(bits_of(evaluator.evaluate(liquid.structure())), expected_bits(make, liquid));
    }
  });
}

TEST(Reproducible, Mixtures) {
  const MakePotential make = lennard_jones(mixture(Truncation::shift));
  Random random(36);
  Configuration mixed = forcewire::liquid(1.1 * sigma, 4, random);
  mix_species(mixed, 3, random);
  const Bits expected = expected_bits(make, mixed);
  with_each(make, reproducible(mixed.species), [&](Evaluator& evaluator) {
    EXPECT_EQ(bits_of(evaluator.evaluate(mixed.structure())), expected);
  });
}

TEST(Reproducible, OtherPairPotentials) {
  Random random(37);
  const Configuration liquid = forcewire::liquid(sigma, 3, random);
  for (const ModelRequest& request :
       {ModelRequest{"morse", "depth=0.01,a=0.7,r0=6.5,cutoff=15", {}},
        ModelRequest{"lj", "sigma=6.4,epsilon=3.8e-4,cutoff=14,tail=yes", {}}}) {
    const MakePotential make = of_registry(request);
    with_each(make, reproducible(), [&](Evaluator& evaluator) {
      EXPECT_EQ(bits_of(evaluator.evaluate(liquid.structure())), expected_bits(make, liquid))
          << request.name;
    });
  }
}

TEST(Reproducible, AgreesWithTheReference) {
  const ReferenceModel model(argon());
  with_each_layout(model, reproducible(), [](Evaluator& evaluator, const ReferenceModel& argon) {
    for (Configuration& kind : all_kinds(sigma)) {
      shorten(kind);  // so that nothing is rounded
      EXPECT_TRUE(agrees_with_reference(evaluator, argon, kind)) << kind;
    }
  });
}

TEST(Reproducible, RoundsPositionsByLessThanMatters) {
  // Also where a structure is not rounded beforehand: forces to 1e-8 of the largest.
  const ReferenceModel model(argon());
  with_each_layout(model, reproducible(), [&](Evaluator& evaluator, const ReferenceModel& argon) {
    Random random(38);
    const Configuration liquid = forcewire::liquid(sigma, 3, random);
    const ReferenceResult expected =
        image_sum(argon, liquid.cell, liquid.positions, liquid.species);
    const Result result = evaluator.evaluate(liquid.structure());
    double largest = 0;
    double difference = 0;
    for (std::size_t i = 0; i < liquid.positions.size(); ++i) {
      const auto force = static_cast<double>(expected.forces[i / 3][static_cast<int>(i % 3)]);
      largest = std::max(largest, std::abs(force));
      difference = std::max(difference, std::abs(force - result.forces[i]));
    }
    EXPECT_LT(difference, 1e-8 * largest);
  });
}

TEST(Reproducible, FailuresAreNamedAndNotTheEnd) {
  const MakePotential make = lennard_jones(ReferenceModel(argon()));
  with_each(make, reproducible(), [&](Evaluator& evaluator) {
    Random random(39);
    const Configuration liquid = forcewire::liquid(sigma, 3, random);
    const Bits expected = expected_bits(make, liquid);
    const auto failing = [&](const Configuration& structure, const char* words) {
      EXPECT_THAT([&] { evaluator.evaluate(structure.structure()); },
                  ThrowsMessage<PotentialFailure>(HasSubstr(words)));
      EXPECT_EQ(bits_of(evaluator.evaluate(liquid.structure())), expected);
    };
    Configuration bad = liquid;
    bad.positions[3 * 50 + 1] = std::numeric_limits<double>::quiet_NaN();
    failing(bad, "coordinate y of atom 50 is nan");
    bad = liquid;
    bad.cell.row(2).setZero();
    bad.positions[3 * 107 + 2] = 1e7;
    failing(bad, "coordinate z of atom 107 is 10000000 bohr");
    bad = liquid;
    std::copy_n(&bad.positions[3 * 7], 3, &bad.positions[3 * 9]);
    failing(bad, "the force on atom");
    bad = liquid;
    bad.cell *= 1e6;
    failing(bad, "too much to be reproducible");
  });
}

/// One list, and nothing that could be computed.
class ManyBodies final : public Potential {
 public:
  double cutoff() const override { return 1; }
  std::vector<AtomListKind> atom_lists() const override { return {{1, false, false}}; }
  LocalSums compute(const LocalSystem&, std::span<double>) override { return {}; }
  int species_count() const override { return 1; }
  std::vector<std::pair<std::string, std::string>> description() const override { return {}; }
};

TEST(Reproducible, IsRefusedWithManyBodies) {
  const Communicator world = Communicator::world();
  EXPECT_THAT([&] { Evaluator(world, std::make_unique<ManyBodies>(), reproducible()); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("pair potentials can")));
}

/// Two runs of one sequence without the option.
TEST(SameRanks, RepeatASequenceBitByBit) {
  const MakePotential make = lennard_jones(ReferenceModel(argon()));
  for_each_layout({}, [&](const EvaluatorOptions& layout) {
    std::vector<Bits> runs(2);
    for (Bits& run : runs) {
      with_evaluator(make(), layout, [&](Evaluator& evaluator) {
        Random random(40);
        Configuration liquid = forcewire::liquid(sigma, 6, random);
        Configuration other = forcewire::liquid(1.05 * sigma, 4, random);
        for (int frame = 0; frame < 40; ++frame) {
          Configuration& now = frame % 6 == 5 ? other : liquid;
          const Bits bits = bits_of(evaluator.evaluate(now.structure()));
          run.insert(run.end(), bits.begin(), bits.end());
          displace(now, 0.03 * sigma, random);
          if (frame % 9 == 0) wrap_into_cell(now);
        }
      });
    }
    EXPECT_EQ(runs[0], runs[1]);
  });
}

}  // namespace
}  // namespace forcewire
