#include "apps/forcewire/check_by_differences.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/forcewire/closest_pair.hpp"
#include "apps/forcewire/energy_differences.hpp"
#include "engine/geometry/cell.hpp"

namespace forcewire {

namespace {

/// 4 evaluations at first, 4 for each of 21 displacements and 9 strains, and 4 for each of two
/// second opinions: no more than 132.
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

/// Forces or the virial against slopes of the energy: several of them, which are added first.
class Comparison {
 public:
  /// @param scale what differences are relative to
  Comparison(double scale, const EnergyDifferences::Step& step) : scale_(scale), step_(step) {}

  const EnergyDifferences::Step& step() const { return step_; }

  void add(std::string name, double ours, const EnergyDifferences::Slope& slope) {
    entries_.push_back({std::move(name), ours, slope});
  }

  /// What rounding makes of the slopes, all of which have told theirs.
  double rounding() const {
    std::vector<double> roundings;
    for (const Entry& entry : entries_) roundings.push_back(entry.slope.rounding);
    const auto middle = roundings.begin() + static_cast<std::ptrdiff_t>(roundings.size() / 2);
    std::nth_element(roundings.begin(), middle, roundings.end());
    return std::max({step_.rounding, step_error_, *middle});
  }

  /// Hears a second opinion on the row that disagrees most, if one does. An energy in single
  /// precision, say, may be the same number in all copies; it is not when the step is large.
  /// @param slope_of slope number i of those added, with the largest step
  template <typename SlopeOf>
  void hear_another(const SlopeOf& slope_of) {
    const std::vector<CheckRow> all = rows();
    const auto size = [](const CheckRow& row) {
      return row.verdict() == Verdict::disagreed ? row.relative_difference() : -1;
    };
    const auto worst = std::ranges::max_element(all, {}, size);
    if (worst->verdict() != Verdict::disagreed) return;
    const double other = -slope_of(static_cast<std::size_t>(worst - all.begin())).value;
    const bool sides_with_us =
        std::abs(worst->ours - other) < std::abs(worst->ours - worst->reference) / 4;
    if (sides_with_us) step_error_ = std::abs(worst->reference - other);
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
                      .reference = 0 - entry.slope.value,  // and no -0
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
  double step_error_ = 0;  // by which steps of different size differ
  std::vector<Entry> entries_;
};

Comparison compare_virial(EnergyDifferences& differences, const Result& result) {
  const double scale = result.virial.cwiseAbs().maxCoeff();
  Comparison comparison(scale, differences.strain_step(scale));
  const auto slope = [&](std::size_t k, const EnergyDifferences::Step& step) {
    return differences.strained(static_cast<int>(k / 3), static_cast<int>(k % 3), step);
  };
  for (std::size_t k = 0; k < 9; ++k) {
    comparison.add(fmt::format("virial {}{} [hartree]", "xyz"[k / 3], "xyz"[k % 3]),
                   result.virial(static_cast<int>(k / 3), static_cast<int>(k % 3)),
                   slope(k, comparison.step()));
  }
  comparison.hear_another(
      [&](std::size_t k) { return slope(k, differences.largest_strain_step()); });
  return comparison;
}

/// @param atoms those to displace
Comparison compare_forces(EnergyDifferences& differences, const Result& result,
                          const std::vector<std::size_t>& atoms) {
  const double scale = root_mean_square(result.forces);
  Comparison comparison(scale, differences.displacement_step(scale));
  const auto slope = [&](std::size_t k, const EnergyDifferences::Step& step) {
    return differences.along(atoms[k / 3], static_cast<int>(k % 3), step);
  };
  for (std::size_t k = 0; k < 3 * atoms.size(); ++k) {
    comparison.add(fmt::format("force on atom {}, {} [hartree/bohr]", atoms[k / 3], "xyz"[k % 3]),
                   result.forces[3 * atoms[k / 3] + k % 3], slope(k, comparison.step()));
  }
  comparison.hear_another(
      [&](std::size_t k) { return slope(k, differences.largest_displacement_step()); });
  return comparison;
}

/// The atoms to displace: all, or some evenly spread over the file order.
std::vector<std::size_t> choose_atoms(std::size_t atoms) {
  std::vector<std::size_t> chosen(std::min(atoms, most_atoms));
  for (std::size_t i = 0; i < chosen.size(); ++i) chosen[i] = i * atoms / chosen.size();
  return chosen;
}

/// Why rows cannot tell, if there are any.
std::string explanation(std::span<const CheckRow> rows, std::string_view what) {
  const auto untold = std::ranges::count_if(
      rows, [](const CheckRow& row) { return row.verdict() == Verdict::cannot_tell; });
  if (untold == 0) return {};
  return fmt::format(
      "  Cannot tell {} of {} {}: steps of different size give different slopes.\n"
      "  They are too small against the rounding of the energy, or it jumps nearby (a pair that\n"
      "  crosses a cutoff?).\n",
      untold, rows.size(), what);
}

CheckReport compare(Evaluator& evaluator, const Structure& structure,
                    const Periodicity& periodicity, const Result& result) {
  const Potential& potential = evaluator.potential();
  EnergyDifferences differences(evaluator, structure, result.energy,
                                root_mean_square(result.forces),
                                neighbor_distance(structure, periodicity, potential.cutoff()));
  const std::size_t atoms = structure.positions.size() / 3;
  const std::vector<std::size_t> sample = choose_atoms(atoms);

  std::vector<CheckRow> rows;
  std::string notes;
  std::string rounding_of_virial;
  if (potential.has_virial()) {
    const Comparison virial = compare_virial(differences, result);
    rows = virial.rows();
    rounding_of_virial = fmt::format(" and {:.1e} hartree", virial.rounding());
    notes += explanation(rows, "elements of the virial");
  } else {
    notes += "  The model has no virial: not compared.\n";
  }
  const Comparison of_forces = compare_forces(differences, result, sample);
  const std::vector<CheckRow> forces = of_forces.rows();
  notes += explanation(forces, "components of forces");
  WorstRows worst;
  for (const CheckRow& row : forces) worst.add(row);
  for (const CheckRow& row : worst.rows()) rows.push_back(row);

  const Verdict verdict = overall_verdict(rows);
  std::string text = fmt::format(
      "check of the first request: the model has no pair energies; forces on {}{} "
      "against finite differences of its energy\n{}",
      sample.size() == atoms ? fmt::format("all {} atoms", atoms)
                             : fmt::format("{} of {} atoms", sample.size(), atoms),
      potential.has_virial() ? " and virial" : "", check_table(rows));
  text +=
      "  The difference is relative to the root mean square of all forces, and to the largest "
      "element\n"
      "  of the virial; of the forces, the worst is shown. The energy has nothing to be compared "
      "with.\n";
  text += fmt::format(
      "  Rounding of the energy makes differences uncertain by some {:.1e} hartree/bohr{}.\n",
      of_forces.rounding(), rounding_of_virial);
  text += notes;
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
