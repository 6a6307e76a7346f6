// Replicas that take turns on one connection: each answer is that of the reference, and lists are
// rebuilt about as often as those of one replica alone.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>

#include "engine/parallel/evaluator.hpp"
#include "support/agreement.hpp"
#include "support/models.hpp"
#include "support/serving.hpp"

namespace forcewire {
namespace {

const double sigma = argon().sigma;
const double skin = 0.4 * sigma;

/// Beads of a liquid, each on a path of its own.
class Beads {
 public:
  static constexpr std::size_t count = 8;

  /// @param spread of the beads along each axis [bohr]
  Beads(double spread, Random& random) : beads_(count, liquid(sigma, 3, random)) {
    // An atom takes 16 steps or more for half the skin.
    std::uniform_real_distribution<double> component(-0.007 * sigma, 0.007 * sigma);
    for (Configuration& bead : beads_) {
      displace(bead, spread, random);
      std::vector<double>& velocity = velocities_.emplace_back(bead.positions.size());
      for (double& v : velocity) v = component(random);
    }
  }

  const Configuration& operator[](std::size_t bead) const { return beads_[bead]; }

  void move(std::size_t bead) {
    for (std::size_t at = 0; at < velocities_[bead].size(); ++at) {
      beads_[bead].positions[at] += velocities_[bead][at];
    }
  }

 private:
  std::vector<Configuration> beads_;
  std::vector<std::vector<double>> velocities_;
};

using Order = std::vector<std::size_t>;
constexpr int cycles = 24;

Order in_turn() {
  Order order;
  for (std::size_t k = 0; k < cycles * Beads::count; ++k) order.push_back(k % Beads::count);
  return order;
}

Order back_and_forth() {
  Order order = in_turn();
  for (auto begin = order.begin() + Beads::count; begin < order.end(); begin += 2 * Beads::count) {
    std::reverse(begin, begin + Beads::count);
  }
  return order;
}

Order at_random() {
  Random random(71);
  std::uniform_int_distribution<std::size_t> bead(0, Beads::count - 1);
  Order order(cycles * Beads::count);
  for (std::size_t& k : order) k = bead(random);
  return order;
}

/// Each one twice, before the next one comes.
Order in_pairs() {
  Order order = in_turn();
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k / 2 % Beads::count;
  return order;
}

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

void expect_few_rebuilds(const Order& order, double spread) {
  with_each_layout([&](Evaluator& evaluator, const ReferenceModel& model) {
    Random random(72);
    Beads beads(spread, random);
    for (std::size_t request = 0; request < order.size(); ++request) {
      const std::size_t k = order[request];
      ASSERT_TRUE(agrees_with_reference(evaluator, model, beads[k])) << "request " << request;
      beads.move(k);
    }
    EXPECT_LT(static_cast<double>(evaluator.statistics().rebuilds),
              0.2 * static_cast<double>(order.size()));
  });
}

// Beads all but unrelated, and beads whose farthest atoms are barely too far apart for one list.
const double far = 0.2 * sigma;
const double barely_far = 0.085 * sigma;

TEST(EvaluatorReplicas, InTurn) { expect_few_rebuilds(in_turn(), far); }
TEST(EvaluatorReplicas, BackAndForth) { expect_few_rebuilds(back_and_forth(), far); }
TEST(EvaluatorReplicas, AtRandom) { expect_few_rebuilds(at_random(), far); }
TEST(EvaluatorReplicas, InPairs) { expect_few_rebuilds(in_pairs(), far); }

TEST(EvaluatorReplicas, BarelyFarInTurn) { expect_few_rebuilds(in_turn(), barely_far); }
TEST(EvaluatorReplicas, BarelyFarAtRandom) { expect_few_rebuilds(at_random(), barely_far); }
TEST(EvaluatorReplicas, BarelyFarInPairs) { expect_few_rebuilds(in_pairs(), barely_far); }

TEST(EvaluatorReplicas, SystemsOfDifferentSizeTakeTurns) {
  with_each_layout([](Evaluator& evaluator, const ReferenceModel& model) {
    Random random(73);
    const Eigen::Matrix3d cell = Eigen::Vector3d(50, 40, 45).asDiagonal();
    std::vector<Configuration> systems;
    for (const std::size_t natoms : {100U, 60U, 1U, 101U}) {
      systems.push_back(gas(cell, natoms, 0.85 * sigma, 0, random));
    }
    for (int frame = 0; frame < 8; ++frame) {
      for (Configuration& system : systems) {
        ASSERT_TRUE(agrees_with_reference(evaluator, model, system)) << "frame " << frame;
        displace(system, 0.01 * skin, random);
        if (frame % 3 == 1) wrap_at_random(system, 2, random);
      }
    }
    EXPECT_EQ(evaluator.statistics().rebuilds, 4);
  });
}

TEST(EvaluatorReplicas, ARequestThatFailsCostsNoList) {
  with_each_layout([](Evaluator& evaluator, const ReferenceModel& model) {
    Random random(74);
    const Beads beads(far, random);
    // As movement goes, 1e300 is none, modulo lattice vectors.
    const std::array bad{std::numeric_limits<double>::quiet_NaN(), 1e300};
    for (int cycle = 0; cycle < 3; ++cycle) {
      for (std::size_t k = 0; k < Beads::count; ++k) {
        ASSERT_TRUE(agrees_with_reference(evaluator, model, beads[k])) << "cycle " << cycle;
        if (cycle > 0 && k % 3 == 1) {
          Configuration broken = beads[0];
          broken.positions[40 * k] = bad[k % bad.size()];
          EXPECT_THROW(evaluator.evaluate(broken.structure()), PotentialFailure);
        }
      }
    }
    const int failed = 2 * 3;
    EXPECT_EQ(evaluator.statistics().rebuilds, static_cast<int>(Beads::count) + failed);
  });
}

}  // namespace
}  // namespace forcewire
