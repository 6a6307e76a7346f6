// Pair potentials behind the binary interface, shipped and from outside, against sums over images
// with formulas of this file's own.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <string>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/registry.hpp"
#include "support/serving.hpp"
#include "support/structures.hpp"

namespace forcewire {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

std::string plugin(const std::string& name) {
  return std::string(FORCEWIRE_TEST_PLUGINS) + "/" + name + ".so";
}

/// u(r) and du/dr of atoms of species a and b.
struct Slope {
  double energy;
  double derivative;
};
using PairLaw = std::function<Slope(int a, int b, double r)>;

struct Expected {
  double energy = 0;
  std::vector<double> forces;
  Eigen::Matrix3d virial = Eigen::Matrix3d::Zero();
};

/// Every atom with every image of every other within four cells.
Expected image_sum(const Configuration& c, const PairLaw& law, double cutoff) {
  Expected sum;
  sum.forces.resize(c.positions.size(), 0);
  for (std::size_t i = 0; i < c.natoms(); ++i) {
    for (std::size_t j = 0; j < c.natoms(); ++j) {
      for (int x = -4; x <= 4; ++x) {
        for (int y = -4; y <= 4; ++y) {
          for (int z = -4; z <= 4; ++z) {
            if (i == j && x == 0 && y == 0 && z == 0) continue;
            const Eigen::Vector3d d =
                c.position(i) - c.position(j) - c.cell.transpose() * Eigen::Vector3d(x, y, z);
            const double r = d.norm();
            if (r >= cutoff) continue;
            const Slope slope =
                law(c.species.empty() ? 0 : c.species[i], c.species.empty() ? 0 : c.species[j], r);
            const Eigen::Vector3d force = -slope.derivative / r * d;
            sum.energy += slope.energy / 2;
            Eigen::Map<Eigen::Vector3d>(&sum.forces[3 * i]) += force;
            sum.virial += d * force.transpose() / 2;
          }
        }
      }
    }
  }
  return sum;
}

void expect_equal(const Result& result, const Expected& expected, double tolerance) {
  EXPECT_NEAR(result.energy, expected.energy, tolerance * std::abs(expected.energy));
  ASSERT_EQ(result.forces.size(), expected.forces.size());
  double largest = 0;
  for (const double force : expected.forces) largest = std::max(largest, std::abs(force));
  for (std::size_t i = 0; i < expected.forces.size(); ++i) {
    EXPECT_NEAR(result.forces[i], expected.forces[i], tolerance * largest) << "component " << i;
  }
  EXPECT_LT((result.virial - expected.virial).norm(), tolerance * expected.virial.norm());
}

/// Atoms at least 4.5 bohr apart in a skewed cell that is shorter than the cutoff in places.
Configuration skewed_gas() {
  Eigen::Matrix3d cell;
  cell << 14, 1, -2, 3, 13, 2, -1, 4, 16;
  Random random(11);
  return gas(cell, 25, 4.5, 0, random);
}

void expect_law(const ModelRequest& request, const Configuration& configuration, const PairLaw& law,
                double cutoff, double tolerance) {
  Configuration c = configuration;
  for_each_layout({}, [&](EvaluatorOptions options) {
    Model model = make_model(request);
    c.species = options.species = model.species;
    with_evaluator(std::move(model.potential), options, [&](Evaluator& evaluator) {
      expect_equal(evaluator.evaluate(c.structure()), image_sum(c, law, cutoff), tolerance);
    });
  });
}

constexpr double depth = 0.01;
constexpr double a = 0.7;
constexpr double r0 = 5.5;

Slope morse_law(double r, double morse_depth) {
  const double x = std::exp(-a * (r - r0));
  return {morse_depth * (std::pow(1 - x, 2) - 1), 2 * morse_depth * (1 - x) * a * x};
}

TEST(PairPotentials, Morse) {
  expect_law(
      {"morse", "depth=0.01,a=0.7,r0=5.5,cutoff=17", {}}, skewed_gas(),
      [](int, int, double r) { return morse_law(r, depth); }, 17, 1e-12);
}

TEST(PairPotentials, MorseOfTwoSpecies) {
  const Configuration gas = skewed_gas();
  std::vector<std::string> symbols;
  for (std::size_t i = 0; i < gas.natoms(); ++i) symbols.push_back(i % 3 == 0 ? "Al" : "Ni");
  expect_law(
      {"morse", "depth=0.01,depth:Al-Ni=0.03,depth:Ni-Ni=0.02,a=0.7,r0=5.5,cutoff=17", symbols},
      gas, [](int i, int j, double r) { return morse_law(r, i != j ? 0.03 : 0.01 * (i + 1)); }, 17,
      1e-12);
}

TEST(PairPotentials, Buckingham) {
  expect_law(
      {"buckingham", "A=50,rho=0.7,C=20,cutoff=15", {}}, skewed_gas(),
      [](int, int, double r) {
        return Slope{50 * std::exp(-r / 0.7) - 20 * std::pow(r, -6),
                     -50 / 0.7 * std::exp(-r / 0.7) + 120 * std::pow(r, -7)};
      },
      15, 1e-12);
}

// A fine table of Morse's law gives that law, but for the error of the spline.
TEST(PairPotentials, Table) {
  const std::string path =
      fmt::format("{}/morse-{}.table", FORCEWIRE_TEST_PLUGINS, Communicator::world().rank());
  std::ofstream file(path);
  for (int i = 0; i <= 8000; ++i) {
    const double r = 1 + 0.002 * i;
    file << fmt::format("{:.17g} {:.17g}\n", r, 1e3 * morse_law(r, depth).energy);
  }
  file.close();
  expect_law(
      {"table", "file=" + path + ",energy-unit=1e-3,cutoff=16.5", {}}, skewed_gas(),
      [](int, int, double r) { return morse_law(r, depth); }, 16.5, 1e-7);

  Configuration close = skewed_gas();
  close.positions[3] = close.positions[0] + 0.5;
  close.positions[4] = close.positions[1];
  close.positions[5] = close.positions[2];
  Model model = make_model({"table", "file=" + path + ",cutoff=16.5", {}});
  with_evaluator(std::move(model.potential), {}, [&](Evaluator& evaluator) {
    EXPECT_THROW(evaluator.evaluate(close.structure()), PotentialFailure);
  });
}

// The same text, the same compiler: the same bits. But where energies are shifted: the built-in one
// has what it shifts them by from the textbook formula, the other from its text, and the last bit
// of that may be another.
TEST(PairPotentials, FromOutsideAreAsExactAsTheBuiltInOne) {
  Random random(3);
  for (const char* truncation : {"none", "shift"}) {
    for (const Configuration& c : {liquid(6.4, 3, random), skewed_gas()}) {
      SCOPED_TRACE(truncation);
      const std::string options =
          fmt::format("sigma=6.4,epsilon=3.8e-4,cutoff=16,truncation={}", truncation);
      Result built_in;
      std::vector<double> forces;
      with_evaluator(make_model({"lj", options + ",tail=no", {}}).potential, {},
                     [&](Evaluator& evaluator) {
                       built_in = evaluator.evaluate(c.structure());
                       forces.assign(built_in.forces.begin(), built_in.forces.end());
                     });
      with_evaluator(make_model({plugin("outside_lennard_jones"), options, {}}).potential, {},
                     [&](Evaluator& evaluator) {
                       const Result outside = evaluator.evaluate(c.structure());
                       if (truncation == std::string("none")) {
                         EXPECT_EQ(outside.energy, built_in.energy);
                       } else {
                         EXPECT_DOUBLE_EQ(outside.energy, built_in.energy);
                       }
                       EXPECT_EQ(outside.virial, built_in.virial);
                       EXPECT_EQ(std::vector<double>(outside.forces.begin(), outside.forces.end()),
                                 forces);
                     });
    }
  }
}

TEST(PairPotentials, ThatFailAreAFailureOfTheRequest) {
  const Configuration c = skewed_gas();
  with_evaluator(make_model({plugin("faulty_NAN_FORCES"), "", {}}).potential, {},
                 [&](Evaluator& evaluator) {
                   EXPECT_THAT([&] { evaluator.evaluate(c.structure()); },
                               ThrowsMessage<PotentialFailure>(HasSubstr("the force on atom")));
                 });
  with_evaluator(make_model({plugin("faulty_COMPUTE_FAILS"), "", {}}).potential, {},
                 [&](Evaluator& evaluator) {
                   EXPECT_THAT([&] { evaluator.evaluate(c.structure()); },
                               ThrowsMessage<PotentialFailure>(HasSubstr("too hot")));
                 });
}

TEST(PairPotentials, ThatWriteOutsideTheirForcesAreFoundOut) {
  const Configuration c = skewed_gas();
  for (const char* word :
       {"write before", "write behind", "write far before", "write far behind"}) {
    with_evaluator(
        make_model({plugin("faulty_NO_FAULT"), std::string("word=") + word, {}}).potential, {},
        [&](Evaluator& evaluator) {
          EXPECT_THAT([&] { evaluator.evaluate(c.structure()); },
                      ThrowsMessage<PotentialFailure>(HasSubstr("outside its array of forces")));
        });
  }
}

}  // namespace
}  // namespace forcewire
