#include "engine/geometry/coordinates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/geometry/invalid_structure.hpp"

namespace forcewire {

namespace {

// Image numbers are 32-bit, with room to spare.
constexpr double most_cells_away = 1e9;

}  // namespace

void check_coordinates(const Cell& cell, std::span<const double> coordinates, std::size_t first) {
  double farthest = 0;
  for (std::size_t at = 0; at < coordinates.size(); ++at) {
    const double distance = std::abs(coordinates[at]);
    if (!(distance <= largest_coordinate)) {  // also for a NaN
      throw InvalidStructure(fmt::format(
          "coordinate {} of atom {} is {} bohr, expected a finite number below {:g}",
          "xyz"[(first + at) % 3], (first + at) / 3, coordinates[at], largest_coordinate));
    }
    farthest = std::max(farthest, distance);
  }
  double cells_away = 0;
  for (int axis = 0; axis < 3; ++axis) {
    if (!cell.periodic()[static_cast<std::size_t>(axis)]) continue;
    cells_away = std::max(cells_away, farthest * cell.inverse().row(axis).lpNorm<1>());
  }
  if (cells_away > most_cells_away) {
    throw InvalidStructure(
        fmt::format("atoms lie up to {:.1e} cells from the origin, expected less than {:.1e}",
                    cells_away, most_cells_away));
  }
}

bool can_be_resolved(std::span<const double> coordinates) {
  int beyond = 0;  // no early end: this way it is vector instructions
  for (const double x : coordinates) beyond |= std::abs(x) <= largest_coordinate ? 0 : 1;
  return beyond == 0;
}

}  // namespace forcewire
