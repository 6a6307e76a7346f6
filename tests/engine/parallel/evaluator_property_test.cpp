// Random structures and random histories of them against the reference. The root draws and shrinks
// the cases; the other ranks serve it.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <Eigen/LU>
#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <ostream>
#include <utility>

#include "engine/parallel/evaluator.hpp"
#include "support/agreement.hpp"
#include "support/models.hpp"
#include "support/serving.hpp"

namespace forcewire {
namespace {

const ReferencePair pair = argon();

/// A number from `low` to `high` that shrinks towards `low`.
double number(double low, double high) {
  constexpr int steps = 10000;
  return low + (high - low) * *rc::gen::inRange(0, steps + 1) / steps;
}

Random random_source() { return Random(static_cast<std::uint64_t>(*rc::gen::inRange(0, 1 << 30))); }

/// Any cell: each axis periodic or not, edges from a third to three times the cutoff, skewed by up
/// to an edge, of either hand, oriented anyhow.
Eigen::Matrix3d draw_cell() {
  Eigen::Matrix3d cell = Eigen::Matrix3d::Zero();
  for (int axis = 0; axis < 3; ++axis) {
    cell(axis, axis) = number(1 / 3.0, 3) * pair.cutoff;
    for (int other = 0; other < axis; ++other) {
      cell(axis, other) = number(0, 1) * cell(other, other) * (*rc::gen::element(1, -1));
    }
  }
  if (*rc::gen::arbitrary<bool>()) cell.row(0).swap(cell.row(2));
  const double angle = number(0, 3);
  Eigen::Matrix3d turn;
  turn << std::cos(angle), std::sin(angle), 0, -std::sin(angle), std::cos(angle), 0, 0, 0, 1;
  cell *= turn;
  if (*rc::gen::arbitrary<bool>()) cell.col(1).swap(cell.col(2));
  for (int axis = 0; axis < 3; ++axis) {
    const bool open = *rc::gen::weightedElement<bool>({{3, false}, {1, true}});
    if (open) cell.row(axis).setZero();
  }
  return cell;
}

Configuration draw_structure() {
  Random random = random_source();
  const Eigen::Matrix3d cell = draw_cell();
  const auto natoms = *rc::gen::inRange<std::size_t>(1, 61);
  Configuration result = gas(cell, natoms, 0.85 * pair.sigma, 3 * pair.cutoff, random);
  wrap_at_random(result, *rc::gen::element(0, 1, 5, 100), random);
  return result;
}

/// Asks and compares; discards the case where an image sits on the cutoff to rounding.
void compare(Evaluator& evaluator, const ReferenceModel& model, const Configuration& structure) {
  const ReferenceResult expected =
      image_sum(model, structure.cell, structure.positions, structure.species);
  RC_PRE(expected.cutoff_margin > 1e-10L);
  const testing::AssertionResult agreement =
      agrees(evaluator.evaluate(structure.structure()), expected, structure);
  if (!agreement) RC_FAIL(agreement.message());
}

TEST(EvaluatorProperty, EveryStructureAgreesWithTheReference) {
  for (const Truncation truncation : {Truncation::none, Truncation::smooth}) {
    const ReferenceModel model(argon(truncation));
    with_evaluator(engine_potential(model), {}, [&](Evaluator& evaluator) {
      EXPECT_TRUE(rc::check("any structure", [&] { compare(evaluator, model, draw_structure()); }));
    });
  }
}

TEST(EvaluatorProperty, EveryMixtureAgreesWithTheReference) {
  const ReferenceModel model = mixture(Truncation::shift);
  constexpr std::size_t natoms = 24;
  EvaluatorOptions options;
  for (std::size_t atom = 0; atom < natoms; ++atom) {
    options.species.push_back(static_cast<std::int32_t>(atom * atom % 3));
  }
  with_evaluator(engine_potential(model), options, [&](Evaluator& evaluator) {
    EXPECT_TRUE(rc::check("any mixture", [&] {
      Random random = random_source();
      Configuration mixed = gas(draw_cell(), natoms, 0.8 * pair.sigma, 3 * pair.cutoff, random);
      RC_PRE(mixed.natoms() == natoms);
      mixed.species = options.species;
      compare(evaluator, model, mixed);
    }));
  });
}

/// What a server may do between two requests.
enum class Change { drift, jump, wrap, unwrap, strain, add, remove, open_axis };

std::ostream& operator<<(std::ostream& out, Change change) {
  constexpr std::array names = {"drift",  "jump", "wrap",   "unwrap",
                                "strain", "add",  "remove", "open_axis"};
  return out << names[static_cast<std::size_t>(change)];
}

void apply(Change change, Configuration& structure, Random& random) {
  std::uniform_int_distribution<std::size_t> any_atom(0, structure.natoms() - 1);
  const auto atom = static_cast<std::ptrdiff_t>(3 * any_atom(random));
  switch (change) {
    case Change::drift:
      displace(structure, 0.05 * pair.sigma, random);
      break;
    case Change::jump:
      std::for_each(structure.positions.begin() + atom, structure.positions.begin() + atom + 3,
                    [](double& x) { x += 0.9 * pair.cutoff; });
      break;
    case Change::wrap:
      wrap_into_cell(structure);
      break;
    case Change::unwrap:
      wrap_at_random(structure, 3, random);
      break;
    case Change::strain: {
      std::uniform_real_distribution<double> element(-0.02, 0.02);
      Eigen::Matrix3d map;
      for (double& e : map.reshaped()) e = element(random);
      strain(structure, map);
      break;
    }
    case Change::add: {
      Configuration more = gas(structure.cell, 1, 0, 3 * pair.cutoff, random);
      structure.add(more.position(0));
      break;
    }
    case Change::remove:
      if (structure.natoms() == 1) break;
      structure.positions.erase(structure.positions.begin() + atom,
                                structure.positions.begin() + atom + 3);
      break;
    case Change::open_axis:
      structure.cell.row(atom % 3).setZero();
      break;
  }
}

const ReferenceModel smooth(argon(Truncation::smooth));

void expect_that_histories_agree(std::unique_ptr<Potential> potential) {
  with_evaluator(std::move(potential), {}, [&](Evaluator& evaluator) {
    EXPECT_TRUE(rc::check("any history", [&] {
      Random random = random_source();
      Configuration structure = draw_structure();
      const auto changes = *rc::gen::container<std::vector<Change>>(
          rc::gen::weightedElement<Change>({{6, Change::drift},
                                            {1, Change::jump},
                                            {2, Change::wrap},
                                            {2, Change::unwrap},
                                            {2, Change::strain},
                                            {1, Change::add},
                                            {1, Change::remove},
                                            {1, Change::open_axis}}));
      compare(evaluator, smooth, structure);
      for (const Change change : changes) {
        apply(change, structure, random);
        compare(evaluator, smooth, structure);
      }
    }));
  });
}

TEST(EvaluatorProperty, EveryHistoryAgreesWithTheReference) {
  expect_that_histories_agree(engine_potential(smooth));
}

TEST(EvaluatorProperty, EveryHistoryOfSingleAtomsAgreesWithTheReference) {
  expect_that_histories_agree(many_body_potential(smooth, false));
  expect_that_histories_agree(many_body_potential(smooth, true));
}

}  // namespace
}  // namespace forcewire
