#include "apps/forcewire/check_by_differences.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "apps/forcewire/closest_pair.hpp"
#include "apps/forcewire/energy_differences.hpp"
#include "engine/geometry/cell.hpp"

namespace forcewire {

namespace {

/// With nine strains and the copies at first, no more than 124 evaluations.
constexpr std::size_t most_atoms = 7;

/// The largest difference that passes, beside what rounding explains: much less than the smallest
/// mistake that matters, and more than models with interpolated tables have between energy and
/// force.
constexpr double slope_tolerance = 1e-5;

/// If rounding takes more than this of what is typical, agreement says nothing.
constexpr double lost_in_rounding = 1e-3;
/// ... and disagreement must be larger than so many roundings: where a great many pairs cross a
/// cutoff at each step, all slopes are wrong by what looks like little more than rounding.
constexpr double doubt_when_lost = 10;

double root_mean_square(std::span<const double> numbers) {
  double sum = 0;
  for (const double number : numbers) sum += number * number;
  return std::sqrt(sum / static_cast<double>(numbers.size()));
}

/// How near neighbours are [bohr].
double neighbor_distance(const Structure& structure, const Periodicity& periodicity,
                         double cutoff) {
  const auto closest = closest_pair(structure.positions, Cell(structure.cell, periodicity));
  return closest && closest->distance > 0 ? std::min(closest->distance, cutoff) : cutoff;
}

/// Forces or the virial against slopes of the energy.
class Comparison {
 public:
  /// @param scale what differences are relative to
  Comparison(double scale, const EnergyDifferences::Step& step) : scale_(scale), step_(step) {}

  const EnergyDifferences::Step& step() const { return step_; }

  void add(std::string name, double ours, const EnergyDifferences::Slope& slope) {
    entries_.push_back({std::move(name), ours, slope});
  }

  /// What rounding makes of the slopes, all those added having told theirs.
  double rounding() const {
    std::vector<double> roundings;
    for (const Entry& entry : entries_) roundings.push_back(entry.slope.rounding);
    const auto middle = roundings.begin() + static_cast<std::ptrdiff_t>(roundings.size() / 2);
    std::nth_element(roundings.begin(), middle, roundings.end());
    return std::max(step_.rounding, middle == roundings.end() ? 0 : *middle);
  }

  std::vector<CheckRow> rows() const {
    const double unit = scale_ > 0 ? scale_ : 1;
    const double rounding = this->rounding();
    const bool is_lost = rounding > lost_in_rounding * scale_;
    std::vector<CheckRow> rows;
    for (const Entry& entry : entries_) {
      const double doubt = entry.slope.doubt + (is_lost ? doubt_when_lost * rounding : 0);
      rows.push_back({.name = entry.name,
                      .ours = entry.ours,
                      .reference = -entry.slope.value,
                      .scale = scale_,
                      .tolerance = slope_tolerance + rounding / unit,
                      .doubt = doubt / unit,
                      .is_lost = is_lost});
    }
    return rows;
  }

 private:
  struct Entry {
    std::string name;
    double ours;
    EnergyDifferences::Slope slope;
  };

  double scale_;
  EnergyDifferences::Step step_;
  std::vector<Entry> entries_;
};

void compare_virial(EnergyDifferences& differences, const Result& result, Comparison& comparison) {
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      comparison.add(fmt::format("virial {}{} [hartree]", "xyz"[i], "xyz"[j]), result.virial(i, j),
                     differences.strained(i, j, comparison.step()));
    }
  }
}

void compare_forces(EnergyDifferences& differences, const Result& result, std::size_t sample,
                    Comparison& comparison) {
  const std::size_t atoms = result.forces.size() / 3;
  for (std::size_t i = 0; i < sample; ++i) {
    const std::size_t atom = i * atoms / sample;  // evenly spread over the file order
    for (int axis = 0; axis < 3; ++axis) {
      comparison.add(fmt::format("force on atom {}, {} [hartree/bohr]", atom, "xyz"[axis]),
                     result.forces[3 * atom + static_cast<std::size_t>(axis)],
                     differences.along(atom, axis, comparison.step()));
    }
  }
}

/// Why rows cannot tell, if there are any.
std::string explanation(std::span<const CheckRow> rows, std::string_view what, double step) {
  const auto untold = std::ranges::count_if(
      rows, [](const CheckRow& row) { return row.verdict() == Verdict::cannot_tell; });
  if (untold == 0) return {};
  return fmt::format(
      "  Cannot tell {} of {} {}: steps of {:.1e} and twice that give slopes too different. They\n"
      "  are too small against the rounding of the energy, or it jumps nearby (a pair that crosses "
      "a cutoff?).\n",
      untold, rows.size(), what, step);
}

CheckReport compare(Evaluator& evaluator, const Structure& structure,
                    const Periodicity& periodicity, const Result& result) {
  const Potential& potential = evaluator.potential();
  const double force = root_mean_square(result.forces);
  EnergyDifferences differences(evaluator, structure, result.energy, force,
                                neighbor_distance(structure, periodicity, potential.cutoff()));
  const double virial = result.virial.cwiseAbs().maxCoeff();
  Comparison of_virial(virial, differences.strain_step(virial));
  Comparison of_forces(force, differences.displacement_step(force));
  const std::size_t atoms = structure.positions.size() / 3;
  const std::size_t sample = std::min(atoms, most_atoms);

  if (potential.has_virial()) compare_virial(differences, result, of_virial);
  compare_forces(differences, result, sample, of_forces);
  std::vector<CheckRow> rows = of_virial.rows();
  std::string untold = explanation(rows, "elements of the virial", of_virial.step().size);
  const std::vector<CheckRow> forces = of_forces.rows();
  untold += explanation(forces, "components of forces", of_forces.step().size);
  WorstRows worst;
  for (const CheckRow& row : forces) worst.add(row);
  for (const CheckRow& row : worst.rows()) rows.push_back(row);

  const Verdict verdict = overall_verdict(rows);
  std::string text = fmt::format(
      "check of the first request: the model has no pair energies; forces on {} and virial "
      "against finite differences of its energy\n{}",
      sample == atoms ? fmt::format("all {} atoms", atoms)
                      : fmt::format("{} of {} atoms", sample, atoms),
      check_table(rows));
  text +=
      "  The difference is relative to the root mean square of all forces, and to the largest "
      "element\n"
      "  of the virial; of the forces, the worst is shown. The energy has nothing to be compared "
      "with.\n";
  const std::string of_the_virial =
      potential.has_virial() ? fmt::format(" and {:.1e} hartree", of_virial.rounding()) : "";
  text += fmt::format(
      "  Rounding of the energy makes differences uncertain by some {:.1e} hartree/bohr{}.\n",
      of_forces.rounding(), of_the_virial);
  if (!potential.has_virial()) text += "  The model has no virial: not compared.\n";
  text += untold;
  text += fmt::format("  It took {} evaluations.\n", differences.evaluations());
  return {text + verdict_line(verdict), verdict};
}

}  // namespace

CheckReport check_by_differences(Evaluator& evaluator, const Structure& structure,
                                 const Periodicity& periodicity, const Result& result) {
  try {
    return compare(evaluator, structure, periodicity, result);
  } catch (const PotentialFailure& failure) {
    // The request itself has been computed, and its answer is good.
    return {fmt::format("check of the first request: a copy that is displaced or strained a "
                        "little has no energy: {}\n{}",
                        failure.what(), verdict_line(Verdict::cannot_tell)),
            Verdict::cannot_tell};
  }
}

}  // namespace forcewire
