#include "engine/potentials/lennard_jones_pair.hpp"

#include <algorithm>
#include <cmath>

namespace forcewire {

double LennardJonesPair::full_energy(double r) const {
  const double ratio6 = std::pow(sigma.value / r, 6);
  return 4 * epsilon.value * (ratio6 * ratio6 - ratio6);
}

double LennardJonesPair::switch_factor(double r) const {
  const double begin = switch_on.value * switch_on.value;
  const double end = cutoff.value * cutoff.value;
  const double t = std::clamp((r * r - begin) / (end - begin), 0.0, 1.0);
  return 1 - t * t * t * (10 - 15 * t + 6 * t * t);
}

double LennardJonesPair::truncated_energy(double r, Truncation truncation) const {
  if (!(r < cutoff.value)) return 0;
  switch (truncation) {
    case Truncation::none:
      return full_energy(r);
    case Truncation::shift:
      return full_energy(r) - full_energy(cutoff.value);
    case Truncation::smooth:
      return full_energy(r) * switch_factor(r);
  }
  return 0;
}

}  // namespace forcewire
