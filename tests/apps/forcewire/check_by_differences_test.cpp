// Models that are right and models that are wrong, known to the check by their energies alone: the
// engine's own potential in disguise. Any number of ranks, on one node and on two.

#include "apps/forcewire/check_by_differences.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "apps/forcewire/check.hpp"
#include "support/models.hpp"
#include "support/serving.hpp"
#include "support/structures.hpp"

namespace forcewire {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

/// What is wrong with a model.
struct Fault {
  double force = 0;                                  ///< relative, in all forces
  Eigen::Matrix3d virial = Eigen::Matrix3d::Zero();  ///< relative to the xx element
  bool no_virial = false;
  double quantum = 0;  ///< of which energies are multiples [hartree]
  int throws_at = 0;   ///< number of the evaluation
};

/// The engine's Lennard-Jones potential, of which nobody knows that it is one of pairs.
class Disguised : public Potential {
 public:
  Disguised(const ReferenceModel& model, Fault fault)
      : model_(engine_potential(model)), fault_(std::move(fault)) {}

  double cutoff() const override { return model_->cutoff(); }
  int species_count() const override { return model_->species_count(); }
  std::vector<std::pair<std::string, std::string>> description() const override { return {}; }
  bool has_virial() const override { return !fault_.no_virial; }

  LocalSums compute(const LocalSystem& system, std::span<double> forces) override {
    if (++calls_ == fault_.throws_at) throw std::runtime_error("out of my depth");
    LocalSums sums = model_->compute(system, forces);
    for (double& force : forces) force *= 1 + fault_.force;
    sums.virial += sums.virial(0, 0) * fault_.virial;
    if (fault_.no_virial) sums.virial.setZero();
    if (fault_.quantum > 0) sums.energy = std::round(sums.energy / fault_.quantum) * fault_.quantum;
    return sums;
  }

 private:
  std::unique_ptr<Potential> model_;
  Fault fault_;
  int calls_ = 0;
};

/// The check of one evaluation, as the program does it.
CheckReport check(Evaluator& evaluator, const Configuration& structure) {
  Result result = evaluator.evaluate(structure.structure());
  const std::vector<double> forces(result.forces.begin(), result.forces.end());
  result.forces = forces;
  return check_by_differences(evaluator, structure.structure(), {}, result);
}

/// Calls `expect(report)` with the check of `structure`, for each layout of ranks. @collective
template <typename Expect>
void check_model(const Configuration& structure, Truncation truncation, const Fault& fault,
                 Expect expect) {
  SCOPED_TRACE(structure.name);
  EvaluatorOptions options;
  options.species = structure.species;
  for_each_layout(options, [&](const EvaluatorOptions& layout) {
    with_evaluator(std::make_unique<Disguised>(ReferenceModel(argon(truncation)), fault), layout,
                   [&](Evaluator& evaluator) { expect(check(evaluator, structure)); });
  });
}

/// A line of the report: in a regular expression, a dot is a line feed, too.
auto has_line(const std::string& begin, const std::string& end) {
  return ContainsRegex(begin + "[^\n]*" + end + "\n");
}

/// Expects `verdict` and text that matches.
auto expects(Verdict verdict, const testing::Matcher<std::string>& text) {
  return [=](const CheckReport& report) {
    EXPECT_EQ(report.verdict, verdict) << report.text;
    EXPECT_THAT(report.text, text);
  };
}

Configuration some_liquid() {
  Random random(4);
  return liquid(argon().sigma, 4, random);
}

Configuration perfect_crystal() {
  Random random(0);
  return fcc(1.58 * argon().sigma, {3, 4, 5}, 0, random);
}

/// Three atoms, the third of which is within the cutoff of the first by `margin` of it.
Configuration atom_at_the_cutoff(double margin) {
  Configuration atoms;
  atoms.add({0, 0, 0});
  atoms.add({0.3, 1.1 * argon().sigma, -0.7});
  atoms.add({argon().cutoff * (1 - margin), 0, 0});
  return atoms;
}

TEST(CheckByDifferences, PairEnergiesAreKnownWhereThereAreSome) {
  const ReferenceModel model(argon());
  EXPECT_TRUE(has_pair_energies(*engine_potential(model)));
  EXPECT_FALSE(has_pair_energies(Disguised(model, {})));
}

TEST(CheckByDifferences, RightModelsAgree) {
  for (const Truncation truncation : {Truncation::smooth, Truncation::none}) {
    for (const Configuration& structure : all_kinds(argon().sigma)) {
      check_model(structure, truncation, {},
                  expects(Verdict::agreed, AllOf(HasSubstr("verdict: agreed"),
                                                 HasSubstr("virial zy"), Not(HasSubstr("<--")))));
    }
  }
}

TEST(CheckByDifferences, LargeSystemsAgree) {
  Random random(5);
  const Configuration structure = liquid(argon().sigma, 16, random);
  check_model(
      structure, Truncation::smooth, {},
      expects(Verdict::agreed, AllOf(HasSubstr("7 of 16384 atoms"), Not(HasSubstr("annot tell")))));
}

TEST(CheckByDifferences, WrongForcesAreSeen) {
  for (const double fault : {1e-4, -1e-4, -1.0, 1.0}) {
    check_model(some_liquid(), Truncation::smooth, {.force = fault},
                expects(Verdict::disagreed,
                        AllOf(has_line("force on atom", "<--"), Not(has_line("virial", "<--")),
                              HasSubstr("verdict: DISAGREED"))));
  }
}

TEST(CheckByDifferences, EachWrongElementOfTheVirialIsSeen) {
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      Fault fault;
      fault.virial(i, j) = 2e-4;
      const std::string name{"xyz"[i], "xyz"[j]};
      check_model(some_liquid(), Truncation::smooth, fault, [&](const CheckReport& report) {
        EXPECT_EQ(report.verdict, Verdict::disagreed) << report.text;
        EXPECT_THAT(report.text, has_line("virial " + name + "", "<--"));
        EXPECT_THAT(report.text, Not(ContainsRegex("<--(.|\n)*<--")));
      });
    }
  }
}

TEST(CheckByDifferences, AJumpOfTheEnergyIsNotHeldAgainstTheModel) {
  // The virial xx and the forces along x on two atoms have a pair that crosses the cutoff.
  check_model(atom_at_the_cutoff(1e-9), Truncation::none, {},
              expects(Verdict::agreed,
                      AllOf(has_line("virial xx", "cannot tell"),
                            has_line("force on atom [02], x", "cannot tell"),
                            HasSubstr("Cannot tell 1 of 9 elements"),
                            HasSubstr("Cannot tell 2 of 9 components"), Not(HasSubstr("<--")))));
  check_model(atom_at_the_cutoff(1e-3), Truncation::none, {},
              expects(Verdict::agreed, Not(HasSubstr("annot tell"))));
}

TEST(CheckByDifferences, AJumpExcusesNothingElse) {
  check_model(atom_at_the_cutoff(1e-9), Truncation::none, {.force = 1e-4},
              expects(Verdict::disagreed, AllOf(has_line("force on atom [01], y", "<--"),
                                                has_line("force on atom [02], x", "cannot tell"))));
}

TEST(CheckByDifferences, ModelWithoutVirial) {
  check_model(some_liquid(), Truncation::smooth, {.no_virial = true},
              expects(Verdict::agreed,
                      AllOf(HasSubstr("The model has no virial"), Not(HasSubstr("virial xx")),
                            HasSubstr("It took 88 evaluations"))));
}

TEST(CheckByDifferences, WhereRoundingIsAllThereIs) {
  // Of a perfect crystal, forces tell nothing: also wrong ones would be zero.
  check_model(perfect_crystal(), Truncation::smooth, {},
              expects(Verdict::agreed, AllOf(has_line("force", "cannot tell"),
                                             HasSubstr("Cannot tell 21 of 21 components"))));
  check_model(perfect_crystal(), Truncation::smooth, {.no_virial = true},
              expects(Verdict::cannot_tell, HasSubstr("verdict: cannot tell")));
}

// Copies that are moved have the same energy here, rounded or not.
TEST(CheckByDifferences, RoundingThatMovedCopiesDoNotShow) {
  check_model(some_liquid(), Truncation::smooth, {.quantum = 2e-14},
              expects(Verdict::agreed,
                      AllOf(HasSubstr("It took 124 evaluations"), Not(HasSubstr("annot tell")))));
}

TEST(CheckByDifferences, EnergyInSinglePrecisionIsNotHeldAgainstTheForces) {
  const double single_precision = 0.5 * std::numeric_limits<float>::epsilon();
  check_model(some_liquid(), Truncation::smooth, {.quantum = single_precision},
              [](const CheckReport& report) {
                EXPECT_NE(report.verdict, Verdict::disagreed) << report.text;
                EXPECT_THAT(report.text, HasSubstr("It took 132 evaluations"));
              });
  check_model(some_liquid(), Truncation::smooth, {.force = 1, .quantum = single_precision},
              expects(Verdict::disagreed, has_line("force", "<--")));
}

TEST(CheckByDifferences, EvaluationsAreBounded) {
  const auto evaluations = [](const Configuration& structure, const Fault& fault) {
    std::int64_t count = -1;  // that which is checked
    with_evaluator(std::make_unique<Disguised>(ReferenceModel(argon(Truncation::smooth)), fault),
                   {}, [&](Evaluator& evaluator) {
                     const CheckReport report = check(evaluator, structure);
                     count += evaluator.statistics().evaluations;
                     EXPECT_THAT(report.text,
                                 HasSubstr("It took " + std::to_string(count) + " evaluations"));
                     EXPECT_EQ(evaluator.statistics().rebuilds, 1);  // copies are that near
                   });
    return count;
  };
  const bool is_root = Communicator::world().is_root();
  EXPECT_EQ(evaluations(some_liquid(), {}), is_root ? 124 : -1);
  EXPECT_EQ(evaluations(atom_at_the_cutoff(0.1), {}), is_root ? 76 : -1);
  Fault fault{.force = 1};
  fault.virial(0, 0) = 1;
  EXPECT_EQ(evaluations(some_liquid(), fault), is_root ? 132 : -1);
}

TEST(CheckByDifferences, CopiesWithoutAnEnergy) {
  check_model(some_liquid(), Truncation::smooth, {.throws_at = 9},
              expects(Verdict::cannot_tell,
                      AllOf(HasSubstr("has no energy"), HasSubstr("out of my depth"))));
}

}  // namespace
}  // namespace forcewire
