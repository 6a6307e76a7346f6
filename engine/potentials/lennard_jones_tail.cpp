#include "engine/potentials/lennard_jones_tail.hpp"

#include <array>
#include <cstddef>
#include <numbers>

namespace forcewire {

namespace {

using std::numbers::pi;

/// The part of the energy that the switch takes inside the cutoff.
double switched_energy(const LennardJonesPair& pair) {
  // Gauss-Legendre rule of five points (M. Abramowitz and I. A. Stegun, Handbook of Mathematical
  // Functions, table 25.4) on panels so narrow that only rounding is left.
  constexpr std::array nodes = {0.0, 0.5384693101056831, -0.5384693101056831, 0.9061798459386640,
                                -0.9061798459386640};
  constexpr std::array weights = {0.5688888888888889, 0.4786286704993665, 0.4786286704993665,
                                  0.2369268850561891, 0.2369268850561891};
  constexpr int panels = 64;

  const double width = (pair.cutoff.value - pair.switch_on.value) / panels;
  double integral = 0;
  for (int panel = 0; panel < panels; ++panel) {
    const double middle = pair.switch_on.value + (panel + 0.5) * width;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const double r = middle + 0.5 * width * nodes[i];
      integral +=
          0.5 * width * weights[i] * r * r * pair.full_energy(r) * (1 - pair.switch_factor(r));
    }
  }
  return 2 * pi * integral;
}

}  // namespace

LennardJonesTail lennard_jones_tail(const LennardJonesPair& pair, Truncation truncation) {
  const double rc3 = pair.cutoff.value * pair.cutoff.value * pair.cutoff.value;
  const double sigma3 = pair.sigma.value * pair.sigma.value * pair.sigma.value;
  const double ratio3 = sigma3 / rc3;
  const double scale = 8.0 / 3.0 * pi * pair.epsilon.value * sigma3 * ratio3;
  double energy = scale * (ratio3 * ratio3 / 3 - 1);

  switch (truncation) {
    case Truncation::none:
      return {energy, scale * (4.0 / 3.0 * ratio3 * ratio3 - 2)};
    case Truncation::shift:
      energy += 2.0 / 3.0 * pi * rc3 * pair.full_energy(pair.cutoff.value);
      break;
    case Truncation::smooth:
      energy += switched_energy(pair);
      break;
  }
  return {energy, energy};
}

}  // namespace forcewire
