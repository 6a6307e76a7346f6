// Molecular dynamics through the evaluator: what must stay constant does, for thousands of steps
// with many rebuilds of the lists.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/parallel/evaluator.hpp"
#include "support/models.hpp"
#include "support/serving.hpp"
#include "support/structures.hpp"

namespace forcewire {
namespace {

/// Velocity Verlet in reduced units (mass, sigma and epsilon are 1).
class Dynamics {
 public:
  Dynamics(Evaluator& evaluator, Configuration start, double temperature, Random& random)
      : evaluator_(evaluator), configuration_(std::move(start)) {
    std::normal_distribution<double> maxwell(0, std::sqrt(temperature));
    velocities_.resize(3, static_cast<Eigen::Index>(configuration_.natoms()));
    for (double& v : velocities_.reshaped()) v = maxwell(random);
    velocities_.colwise() -= velocities_.rowwise().mean().eval();
    evaluate();
  }

  void step(double dt) {
    velocities_ += dt / 2 * forces_;
    Eigen::Map<Eigen::VectorXd>(configuration_.positions.data(), velocities_.size()) +=
        dt * velocities_.reshaped();
    evaluate();
    velocities_ += dt / 2 * forces_;
  }

  /// As servers that wrap their atoms do now and then.
  void wrap() { wrap_into_cell(configuration_); }

  double total_energy() const { return energy_ + 0.5 * velocities_.squaredNorm(); }
  double temperature() const {
    return velocities_.squaredNorm() / static_cast<double>(velocities_.size());
  }
  Eigen::Vector3d momentum() const { return velocities_.rowwise().sum(); }
  double atoms() const { return static_cast<double>(configuration_.natoms()); }

 private:
  void evaluate() {
    const Result result = evaluator_.evaluate(configuration_.structure());
    energy_ = result.energy;
    forces_ = Eigen::Map<const Eigen::Matrix3Xd>(result.forces.data(), 3, velocities_.cols());
  }

  Evaluator& evaluator_;
  Configuration configuration_;
  Eigen::Matrix3Xd velocities_;
  Eigen::Matrix3Xd forces_;
  double energy_ = 0;
};

TEST(Conservation, EnergyAndMomentumOfALiquid) {
  const ReferencePair pair{1, 1, 2.5, Truncation::smooth, 2};
  with_evaluator(engine_potential(ReferenceModel(pair)), {}, [](Evaluator& evaluator) {
    Random random(41);
    Configuration start = fcc(std::cbrt(4 / 0.8442), {3, 3, 3}, 0, random);
    Dynamics liquid(evaluator, std::move(start), 1.44, random);
    constexpr double dt = 0.002;
    for (int step = 0; step < 500; ++step) liquid.step(dt);  // it melts

    constexpr int steps = 3000;
    constexpr int window = 300;
    const double at_start = liquid.total_energy();
    double largest_deviation = 0;
    double first_window = 0;
    double last_window = 0;
    for (int step = 0; step < steps; ++step) {
      liquid.step(dt);
      if (step % 100 == 0) liquid.wrap();
      const double deviation = (liquid.total_energy() - at_start) / liquid.atoms();
      largest_deviation = std::max(largest_deviation, std::abs(deviation));
      if (step < window) first_window += deviation / window;
      if (step >= steps - window) last_window += deviation / window;
    }
    EXPECT_GT(liquid.temperature(), 0.4);
    EXPECT_LT(liquid.temperature(), 1.2);
    // Velocity Verlet's own error at this step is some 1e-4, and does not grow. A pair that a list
    // misses once costs 1e-2 / atoms or more.
    EXPECT_LT(largest_deviation, 3e-4);
    EXPECT_LT(std::abs(last_window - first_window), 3e-5);
    EXPECT_LT(liquid.momentum().norm(), 1e-10);
    EXPECT_GT(evaluator.statistics().rebuilds, 30);
    EXPECT_LT(evaluator.statistics().rebuilds, steps / 3);
  });
}

TEST(Conservation, EnergyErrorFallsWithTheSquareOfTheStep) {
  // Only if forces are exactly minus the gradient of the energy does half the step give a quarter
  // of the error: plain truncation fails this.
  const ReferencePair pair{1, 1, 2.5, Truncation::smooth, 2};
  with_evaluator(engine_potential(ReferenceModel(pair)), {}, [](Evaluator& evaluator) {
    const auto fluctuation = [&](double dt) {
      Random random(42);
      Dynamics crystal(evaluator, fcc(1.56, {3, 3, 3}, 0.04, random), 0.3, random);
      const double at_start = crystal.total_energy();
      double sum = 0;
      int steps = 0;
      for (double t = 0; t < 2; t += dt, ++steps) {
        crystal.step(dt);
        sum += std::pow(crystal.total_energy() - at_start, 2);
      }
      return std::sqrt(sum / steps);
    };
    EXPECT_NEAR(fluctuation(0.008) / fluctuation(0.004), 4, 0.4);
  });
}

}  // namespace
}  // namespace forcewire
