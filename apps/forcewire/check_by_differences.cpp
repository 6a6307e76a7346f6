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
  Comparison(double scale, const EnergyDifferences::Step& step)
      : scale_(scale), unit_(scale > 0 ? scale : 1), step_(step) {}

  CheckRow row(std::string name, double ours, const EnergyDifferences::Slope& slope) {
    const CheckRow row{.name = std::move(name),
                       .ours = ours,
                       .reference = -slope.value,
                       .scale = scale_,
                       .tolerance = slope_tolerance + step_.rounding / unit_,
                       .doubt = slope.doubt / unit_,
                       .is_lost = is_lost()};
    ++rows_;
    if (row.verdict() == Verdict::cannot_tell) ++untold_;
    return row;
  }

  const EnergyDifferences::Step& step() const { return step_; }

  /// Why some rows cannot tell, if there are any.
  std::string explanation(std::string_view what) const {
    if (untold_ == 0) return {};
    if (is_lost()) {
      return fmt::format("  Cannot tell: {} are too small against the rounding of the energy.\n",
                         what);
    }
    return fmt::format(
        "  Cannot tell: at {} of {} {} the energy jumps nearby (a pair that crosses a cutoff?):\n"
        "  steps of {:.1e} and of twice that give different slopes.\n",
        untold_, rows_, what, step_.size);
  }

 private:
  bool is_lost() const { return step_.rounding > lost_in_rounding * scale_; }

  double scale_;
  double unit_;
  EnergyDifferences::Step step_;
  int rows_ = 0;
  int untold_ = 0;
};

std::vector<CheckRow> compare_virial(EnergyDifferences& differences, const Result& result,
                                     Comparison& comparison) {
  std::vector<CheckRow> rows;
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      rows.push_back(comparison.row(fmt::format("virial {}{} [hartree]", "xyz"[i], "xyz"[j]),
                                    result.virial(i, j),
                                    differences.strained(i, j, comparison.step())));
    }
  }
  return rows;
}

std::vector<CheckRow> compare_forces(EnergyDifferences& differences, const Result& result,
                                     std::size_t sample, Comparison& comparison) {
  WorstRows worst;
  const std::size_t atoms = result.forces.size() / 3;
  for (std::size_t i = 0; i < sample; ++i) {
    const std::size_t atom = i * atoms / sample;  // evenly spread over the file order
    for (int axis = 0; axis < 3; ++axis) {
      worst.add(
          comparison.row(fmt::format("force on atom {}, {} [hartree/bohr]", atom, "xyz"[axis]),
                         result.forces[3 * atom + static_cast<std::size_t>(axis)],
                         differences.along(atom, axis, comparison.step())));
    }
  }
  return worst.rows();
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

  std::vector<CheckRow> rows;
  if (potential.has_virial()) rows = compare_virial(differences, result, of_virial);
  for (const CheckRow& row : compare_forces(differences, result, sample, of_forces)) {
    rows.push_back(row);
  }

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
  if (!potential.has_virial()) text += "  The model has no virial: not compared.\n";
  text += of_virial.explanation("elements of the virial");
  text += of_forces.explanation("components of forces");
  text += fmt::format(
      "  Energies are rounded by some {:.1e} hartree, as copies show that are moved as a whole; "
      "so the\n"
      "  differences are uncertain by {:.1e} hartree/bohr (forces) and {:.1e} hartree (virial).\n"
      "  It took {} evaluations.\n",
      differences.rounding(), of_forces.step().rounding, of_virial.step().rounding,
      differences.evaluations());
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
