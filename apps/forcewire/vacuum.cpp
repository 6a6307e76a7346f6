#include "apps/forcewire/vacuum.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "engine/parallel/attempt.hpp"
#include "engine/potentials/units.hpp"

namespace forcewire {

namespace {

bool has_tail(const Potential& potential, double volume) {
  const std::vector<std::int64_t> one_of_each(static_cast<std::size_t>(potential.species_count()),
                                              1);
  double energy = 0;
  Attempt attempt;  // a potential that throws will do so again, in the engine, which says it
  attempt([&] { energy = potential.tail(one_of_each, volume).energy; });
  return energy != 0;
}

}  // namespace

Eigen::Vector3d widest_gaps(std::span<const double> positions, const Cell& cell) {
  const Eigen::Vector3d height = cell.heights();
  Eigen::Vector3d gaps = Eigen::Vector3d::Zero();
  std::vector<double> fractions(positions.size() / 3);
  for (int axis = 0; axis < 3; ++axis) {
    if (!cell.periodic()[static_cast<std::size_t>(axis)]) continue;
    for (std::size_t atom = 0; atom < fractions.size(); ++atom) {
      const Eigen::Map<const Eigen::Vector3d> position(&positions[3 * atom]);
      const double fraction = cell.inverse().row(axis).dot(position);
      const double wrapped = fraction - std::floor(fraction);
      fractions[atom] = std::isfinite(wrapped) ? wrapped : 0;  // the engine will refuse it
    }
    std::sort(fractions.begin(), fractions.end());
    double widest = fractions.front() + 1 - fractions.back();  // across the border of the cell
    for (std::size_t i = 1; i < fractions.size(); ++i) {
      widest = std::max(widest, fractions[i] - fractions[i - 1]);
    }
    gaps[axis] = widest * height[axis];
  }
  return gaps;
}

std::optional<std::string> vacuum_warning(const Structure& structure,
                                          const Periodicity& periodicity,
                                          const Potential& potential) {
  if (!periodicity.is_auto()) return std::nullopt;
  const Cell cell(structure.cell, periodicity);
  const bool finite = std::all_of(structure.positions.begin(), structure.positions.end(),
                                  [](double x) { return std::isfinite(x); });
  if (!cell.fully_periodic() || !finite || !has_tail(potential, cell.volume())) return std::nullopt;
  const Eigen::Vector3d gaps = widest_gaps(structure.positions, cell);
  std::string vacuum;
  std::string filled;
  for (int axis = 0; axis < 3; ++axis) {
    if (gaps[axis] <= potential.cutoff()) {
      filled += "abc"[axis];
    } else {
      vacuum += fmt::format("{}{:.1f} angstrom along {}", vacuum.empty() ? "" : ", ",
                            gaps[axis] / units::angstrom, "abc"[axis]);
    }
  }
  if (vacuum.empty()) return std::nullopt;
  return fmt::format(
      "the cell has empty space wider than the cutoff ({}), and energy and virial will be "
      "corrected as if a liquid filled it. For a molecule or a slab in vacuum pass --periodic {}; "
      "if it is meant, --periodic abc.",
      vacuum, filled.empty() ? "none" : filled);
}

}  // namespace forcewire
