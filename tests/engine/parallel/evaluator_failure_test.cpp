// Requests and potentials that fail: the root gets one exception with a useful text, no rank hangs,
// and the next request is answered as if nothing had happened.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <stdexcept>
#include <utility>

#include "engine/parallel/evaluator.hpp"
#include "engine/potentials/errors.hpp"
#include "support/agreement.hpp"
#include "support/models.hpp"
#include "support/serving.hpp"

namespace forcewire {
namespace {

using testing::HasSubstr;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

using Kind = PotentialFailure::Kind;

/// What `evaluate` complains about, which must be of this kind.
std::string complaint(Evaluator& evaluator, const Configuration& configuration,
                      Kind kind = Kind::structure) {
  try {
    evaluator.evaluate(configuration.structure());
  } catch (const PotentialFailure& failure) {
    EXPECT_EQ(failure.kind(), kind) << failure.what();
    return failure.what();
  }
  ADD_FAILURE() << "no PotentialFailure for " << configuration;
  return "";
}

Configuration good_gas() {
  Random random(31);
  return gas(Eigen::Vector3d(30, 35, 40).asDiagonal(), 50, 5.8, 0, random);
}

/// Runs `body(evaluator, gas)` on one node and on two, on all ranks and on some of them, and asks
/// for a good answer before and after.
template <typename Body>
void between_good_requests(Body body) {
  const ReferenceModel model(argon());
  const Configuration gas = good_gas();
  EvaluatorOptions some_ranks;  // of three or more
  some_ranks.fewest_atoms = {.shared = 2, .each = 16, .each_of_several_nodes = 16};
  for (const EvaluatorOptions& options : {EvaluatorOptions(), some_ranks}) {
    with_each_layout(model, options, [&](Evaluator& evaluator, const ReferenceModel&) {
      if (options.fewest_atoms.shared > 0 && evaluator.rank_count() > 2) {
        EXPECT_EQ(evaluator.ranks_for(gas.natoms()), 2);
      }
      ASSERT_TRUE(agrees_with_reference(evaluator, model, gas));
      body(evaluator, gas);
      ASSERT_TRUE(agrees_with_reference(evaluator, model, gas));
    });
  }
}

TEST(EvaluatorFailure, CoordinateThatIsNoNumber) {
  between_good_requests([](Evaluator& evaluator, const Configuration& gas) {
    for (const double bad : {nan, infinity, -infinity, 1e300}) {
      for (const std::size_t atom : {std::size_t{0}, std::size_t{17}, gas.natoms() - 1}) {
        for (const std::size_t axis : {0U, 1U, 2U}) {
          Configuration broken = gas;
          broken.positions[3 * atom + axis] = bad;
          const std::string text = complaint(evaluator, broken);
          EXPECT_THAT(text, HasSubstr("atom " + std::to_string(atom) + " "));
          EXPECT_THAT(text, HasSubstr(std::string("coordinate ") + "xyz"[axis]));
        }
      }
    }
  });
}

TEST(EvaluatorFailure, FirstRequestIsBroken) {
  const ReferenceModel model(argon());
  with_evaluator(engine_potential(model), {}, [&](Evaluator& evaluator) {
    Configuration broken = good_gas();
    broken.positions[3] = nan;
    EXPECT_THAT(complaint(evaluator, broken), HasSubstr("atom 1 "));
    EXPECT_TRUE(agrees_with_reference(evaluator, model, good_gas()));
  });
}

TEST(EvaluatorFailure, CellThatIsSingular) {
  between_good_requests([](Evaluator& evaluator, const Configuration& gas) {
    Configuration broken = gas;
    broken.cell << 30, 0, 0, 0, 35, 0, 30, 35, 0;
    EXPECT_THAT(complaint(evaluator, broken), HasSubstr("singular"));
    broken.cell << 30, 0, 0, 60, 0, 0, 0, 0, 0;
    EXPECT_THAT(complaint(evaluator, broken), HasSubstr("singular"));
    broken.cell << 30, 0, 0, 30, 1e-13, 0, 0, 0, 40;
    EXPECT_THAT(complaint(evaluator, broken), HasSubstr("singular"));
  });
}

TEST(EvaluatorFailure, CellThatIsNoNumber) {
  between_good_requests([](Evaluator& evaluator, const Configuration& gas) {
    for (const double bad : {nan, infinity}) {
      Configuration broken = gas;
      broken.cell(1, 1) = bad;
      EXPECT_THAT(complaint(evaluator, broken), HasSubstr("cell"));
    }
  });
}

TEST(EvaluatorFailure, TwoAtomsAtOnePlace) {
  between_good_requests([](Evaluator& evaluator, const Configuration& gas) {
    Configuration broken = gas;
    const std::array<double, 3> place{3, 5, 7};
    std::copy(place.begin(), place.end(), &broken.positions[3 * 20]);
    std::copy(place.begin(), place.end(), &broken.positions[3 * 30]);
    EXPECT_THAT(complaint(evaluator, broken, Kind::result), HasSubstr("finite"));
    // ... and at one place modulo lattice vectors.
    broken.positions[3 * 30] -= 2 * gas.cell(0, 0);
    EXPECT_THAT(complaint(evaluator, broken, Kind::result), HasSubstr("finite"));
  });
}

TEST(EvaluatorFailure, AxisThatCannotBePeriodic) {
  EvaluatorOptions options;
  options.periodicity = Periodicity::parse("abc");
  const ReferenceModel model(argon());
  with_evaluator(engine_potential(model), options, [&](Evaluator& evaluator) {
    Configuration broken = good_gas();
    broken.cell.row(1).setZero();
    EXPECT_THAT(complaint(evaluator, broken), HasSubstr("axis b"));
    EXPECT_TRUE(agrees_with_reference(evaluator, model, good_gas()));
  });
}

TEST(EvaluatorFailure, NumberOfAtomsIsNotTheTemplates) {
  const ReferenceModel model = mixture();
  Configuration gas = good_gas();
  Random random(32);
  mix_species(gas, 3, random);
  EvaluatorOptions options;
  options.species = gas.species;
  with_evaluator(engine_potential(model), options, [&](Evaluator& evaluator) {
    Configuration fewer = gas;
    fewer.positions.resize(3 * 49);
    EXPECT_THAT(complaint(evaluator, fewer),
                testing::AllOf(HasSubstr("50 atoms"), HasSubstr("49")));
    EXPECT_TRUE(agrees_with_reference(evaluator, model, gas));
  });
}

TEST(EvaluatorFailure, CellTooSmallForItsImages) {
  between_good_requests([](Evaluator& evaluator, const Configuration& gas) {
    Configuration broken = gas;
    broken.cell = 1e-4 * Eigen::Matrix3d::Identity();  // angstrom taken for metres, say
    EXPECT_THAT(complaint(evaluator, broken), HasSubstr("periodic images"));
    broken.cell = 0.5 * Eigen::Matrix3d::Identity();
    broken.positions.resize(3 * 1000);
    EXPECT_THAT(complaint(evaluator, broken), HasSubstr("images"));
  });
}

/// A potential that fails as `mode` says, on rank `culprit` (-1: on all ranks), in the request that
/// follows a good one.
class FailingPotential : public Potential {
 public:
  enum class Mode { exception, foreign_exception, bad_alloc, nan_force, nan_energy, nan_virial };

  FailingPotential(Mode mode, int culprit, const Communicator& world)
      : mode_(mode), fails_(culprit < 0 || culprit == world.rank()), rank_(world.rank()) {}

  double cutoff() const override { return argon().cutoff; }
  int species_count() const override { return 1; }
  std::vector<std::pair<std::string, std::string>> description() const override { return {}; }

  LocalSums compute(const LocalSystem& system, std::span<double> forces) override {
    LocalSums sums = good_->compute(system, forces);
    if (++calls_ != 2 || !fails_) return sums;
    switch (mode_) {
      case Mode::exception:
        throw std::runtime_error("the oracle of rank " + std::to_string(rank_) + " is silent");
      case Mode::foreign_exception:
        throw rank_;
      case Mode::bad_alloc:
        throw std::bad_alloc();
      case Mode::nan_force:
        std::fill(forces.begin(), forces.end(), nan);
        break;
      case Mode::nan_energy:
        sums.energy = nan;
        break;
      case Mode::nan_virial:
        sums.virial(1, 2) = nan;
        break;
    }
    return sums;
  }

 private:
  std::unique_ptr<Potential> good_ = engine_potential(ReferenceModel(argon()));
  Mode mode_;
  bool fails_;
  int rank_;
  int calls_ = 0;
};

/// What the root hears when `culprit` fails; the requests before and after are good.
void expect_complaint(FailingPotential::Mode mode, int culprit, Kind kind,
                      const testing::Matcher<std::string>& matches) {
  const Communicator world = Communicator::world();
  const Configuration gas = good_gas();
  const ReferenceModel model(argon());
  for_each_layout({}, [&](const EvaluatorOptions& options) {
    with_evaluator(std::make_unique<FailingPotential>(mode, culprit, world), options,
                   [&](Evaluator& evaluator) {
                     EXPECT_TRUE(agrees_with_reference(evaluator, model, gas));
                     EXPECT_THAT(complaint(evaluator, gas, kind), matches);
                     EXPECT_TRUE(agrees_with_reference(evaluator, model, gas));
                   });
  });
}

TEST(EvaluatorFailure, PotentialThrowsOnOneRank) {
  const Communicator world = Communicator::world();
  for (int rank = 0; rank < world.size(); ++rank) {
    expect_complaint(FailingPotential::Mode::exception, rank, Kind::exception,
                     HasSubstr("the oracle of rank " + std::to_string(rank) + " is silent"));
  }
}

TEST(EvaluatorFailure, PotentialThrowsOnAllRanks) {
  expect_complaint(FailingPotential::Mode::exception, -1, Kind::exception, HasSubstr("is silent"));
}

TEST(EvaluatorFailure, PotentialThrowsWhatIsNoStdException) {
  const Communicator world = Communicator::world();
  for (int rank = 0; rank < world.size(); ++rank) {
    expect_complaint(FailingPotential::Mode::foreign_exception, rank, Kind::exception,
                     HasSubstr("threw"));
  }
}

TEST(EvaluatorFailure, PotentialFindsNoMemory) {
  const Communicator world = Communicator::world();
  for (int rank = 0; rank < world.size(); ++rank) {
    expect_complaint(FailingPotential::Mode::bad_alloc, rank, Kind::memory,
                     HasSubstr("out of memory"));
  }
}

/// Ideal atoms whose ranks wait for each other whenever they compute. Rank `culprit` has no memory
/// to prepare for the second request.
class WaitingPotential : public Potential {
 public:
  explicit WaitingPotential(int culprit) : fails_(culprit == world_.rank()) {}

  double cutoff() const override { return argon().cutoff; }
  int species_count() const override { return 1; }
  std::vector<std::pair<std::string, std::string>> description() const override { return {}; }
  bool is_collective() const override { return true; }

  void prepare(const LocalSystem&) override {
    is_prepared_ = true;
    if (++calls_ == 2 && fails_) throw std::bad_alloc();
  }

  LocalSums compute(const LocalSystem&, std::span<double> forces) override {
    EXPECT_TRUE(std::exchange(is_prepared_, false));
    EXPECT_NE(calls_, 2);
    world_.barrier();
    std::ranges::fill(forces, 0.0);
    LocalSums sums;
    sums.energy = 1;
    return sums;
  }

 private:
  Communicator world_ = Communicator::world();
  bool fails_;
  bool is_prepared_ = false;
  int calls_ = 0;
};

TEST(EvaluatorFailure, NobodyWaitsForARankThatFindsNoMemoryToPrepare) {
  const int ranks = Communicator::world().size();
  const Configuration gas = good_gas();
  for (int rank = 0; rank < ranks; ++rank) {
    for_each_layout({}, [&](const EvaluatorOptions& options) {
      with_evaluator(std::make_unique<WaitingPotential>(rank), options, [&](Evaluator& evaluator) {
        EXPECT_EQ(evaluator.evaluate(gas.structure()).energy, ranks);
        EXPECT_THAT(complaint(evaluator, gas, Kind::memory), HasSubstr("out of memory"));
        EXPECT_EQ(evaluator.evaluate(gas.structure()).energy, ranks);
      });
    });
  }
}

TEST(EvaluatorFailure, NoMemoryForThePositions) {
  between_good_requests([](Evaluator& evaluator, const Configuration&) {
    const std::size_t petabyte = std::size_t{1} << 50;
    try {
      evaluator.positions(petabyte / sizeof(double));
      FAIL() << "a petabyte was granted";
    } catch (const PotentialFailure& failure) {
      EXPECT_EQ(failure.kind(), Kind::memory);
      EXPECT_THAT(failure.what(), HasSubstr("share positions, forces and order"));
    }
  });
}

TEST(EvaluatorFailure, PotentialReturnsForceThatIsNoNumber) {
  const Communicator world = Communicator::world();
  for (int rank = 0; rank < world.size(); ++rank) {
    expect_complaint(FailingPotential::Mode::nan_force, rank, Kind::result,
                     HasSubstr("force on atom"));
  }
}

TEST(EvaluatorFailure, PotentialReturnsEnergyOrVirialThatIsNoNumber) {
  const Communicator world = Communicator::world();
  for (int rank = 0; rank < world.size(); ++rank) {
    expect_complaint(FailingPotential::Mode::nan_energy, rank, Kind::result, HasSubstr("energy"));
    expect_complaint(FailingPotential::Mode::nan_virial, rank, Kind::result, HasSubstr("finite"));
  }
}

}  // namespace
}  // namespace forcewire
