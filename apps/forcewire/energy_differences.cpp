#include "apps/forcewire/energy_differences.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace forcewire {

namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

/// Moves and steps are relative to the distance of neighbours, strains are numbers of that kind.
/// With the largest step, the wall r^-12 has slopes for h and 2h that differ by 6e-6.
constexpr int moves = 4;
constexpr double move = 1e-3;
constexpr double largest_step = 2.5e-4;

/// Smaller steps are no better: coordinates are rounded, too.
constexpr double smallest_step = 1e-7;
constexpr double smallest_strain = 1e-9;
constexpr double roundings_in_a_step = 1e6;    // of the coordinate of an atom, at least
constexpr double roundings_in_a_strain = 1e6;  // ... and in the change of a distance

/// What rounding may make of a slope that is as large as typical ones: well below what is to be
/// found out, 1e-4. In a strain all pairs move, and so jumps are more to be feared.
constexpr double rounding_by_steps = 2e-6;
constexpr double rounding_by_strains = 1e-5;

/// Errors of so many roundings of an energy pass: a slope has four, with weights of 8/12 and 1/12.
constexpr double error_of_four = 4;
/// ... and of so many fourth differences, in which the weights are 1, 4, 6, 4, 1.
constexpr double error_of_fourth = 0.7;

/// The error of a sum of n terms grows with sqrt(n), but not all of them one after the other.
double error_of_a_sum(double sum, double terms) {
  return epsilon * std::abs(sum) * std::max(1.0, std::sqrt(terms) / 8);
}

/// The size at which `error` makes the wanted part of a slope, within bounds.
EnergyDifferences::Step step_of(double error, double wanted, double smallest, double largest) {
  const double best = wanted > 0 ? error / wanted : largest;
  const double size = std::min(std::max(best, smallest), largest);
  return {size, error / size};
}

}  // namespace

EnergyDifferences::EnergyDifferences(Evaluator& evaluator, const Structure& structure,
                                     double energy, double force, double distance)
    : evaluator_(evaluator),
      structure_(structure),
      energy_(energy),
      distance_(distance),
      rounding_(epsilon * (std::abs(energy) + force * distance)),
      copy_(structure.positions.begin(), structure.positions.end()) {
  for (const double x : structure.positions) farthest_ = std::max(farthest_, std::abs(x));
  for (int i = 1; i <= moves; ++i) {
    // Nowhere near a symmetry, and no rounder in binary than they look.
    const Eigen::Vector3d by = move * distance * Eigen::Vector3d(0.37 * i, 0.91 - 0.3 * i, -0.53);
    for (std::size_t at = 0; at < copy_.size(); ++at) {
      copy_[at] = structure.positions[at] + by[static_cast<Eigen::Index>(at % 3)];
    }
    rounding_ = std::max(rounding_, std::abs(evaluate(structure.cell, copy_) - energy));
  }
  std::ranges::copy(structure.positions, copy_.begin());
}

EnergyDifferences::Step EnergyDifferences::displacement_step(double force) const {
  const double visible = roundings_in_a_step * epsilon * farthest_;
  return step_of(error_of_four * rounding_, rounding_by_steps * force,
                 std::max(smallest_step * distance_, visible), largest_step * distance_);
}

EnergyDifferences::Step EnergyDifferences::strain_step(double virial) const {
  // All terms of the energy change, and are rounded anew.
  const double sum = error_of_a_sum(energy_, static_cast<double>(copy_.size() / 3));
  const double visible = roundings_in_a_strain * epsilon * farthest_ / distance_;
  return step_of(error_of_four * std::max(rounding_, sum), rounding_by_strains * virial,
                 std::max(smallest_strain, visible), largest_step);
}

EnergyDifferences::Slope EnergyDifferences::along(std::size_t atom, int axis, const Step& step) {
  const std::size_t at = 3 * atom + static_cast<std::size_t>(axis);
  const Slope result = slope(step.size, [&](double by) {
    copy_[at] = structure_.positions[at] + by;
    return evaluate(structure_.cell, copy_);
  });
  copy_[at] = structure_.positions[at];
  return result;
}

EnergyDifferences::Slope EnergyDifferences::strained(int i, int j, const Step& step) {
  const Slope result = slope(step.size, [&](double by) {
    Eigen::Matrix3d cell = structure_.cell;
    cell.col(j) += by * structure_.cell.col(i);  // a row of zeros stays one
    for (std::size_t at = 0; at < copy_.size(); at += 3) {
      copy_[at + static_cast<std::size_t>(j)] =
          structure_.positions[at + static_cast<std::size_t>(j)] +
          by * structure_.positions[at + static_cast<std::size_t>(i)];
    }
    return evaluate(cell, copy_);
  });
  std::ranges::copy(structure_.positions, copy_.begin());
  return result;
}

/// The fourth-order formula. A jump J between 0 and h is in it with 7/12 J/h, in the difference of
/// the two slopes with 1/4 J/h, and in the fourth difference with 3 J; between h and 2h, with 1/12,
/// 1/4 and 1. Two jumps can cancel in one of these, hardly in both; so both make the doubt.
template <typename EnergyAt>
EnergyDifferences::Slope EnergyDifferences::slope(double step, const EnergyAt& energy_at) const {
  const double back_2 = energy_at(-2 * step);
  const double back_1 = energy_at(-step);
  const double ahead_1 = energy_at(step);
  const double ahead_2 = energy_at(2 * step);
  const double slope_1 = (ahead_1 - back_1) / (2 * step);
  const double slope_2 = (ahead_2 - back_2) / (4 * step);
  const double fourth =
      (ahead_2 - energy_) + (back_2 - energy_) - 4 * ((ahead_1 - energy_) + (back_1 - energy_));
  return {.value = (4 * slope_1 - slope_2) / 3,
          .rounding = error_of_fourth * std::abs(fourth) / step,
          .doubt = 4 * std::abs(slope_1 - slope_2) + std::abs(fourth) / (2 * step)};
}

double EnergyDifferences::evaluate(const Eigen::Matrix3d& cell,
                                   const std::vector<double>& positions) {
  ++evaluations_;
  return evaluator_.evaluate({cell, positions}).energy;
}

}  // namespace forcewire
