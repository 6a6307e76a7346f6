#include "engine/potentials/potential.hpp"

#include <limits>

namespace forcewire {

TailCorrection Potential::tail(std::span<const std::int64_t> /*count*/, double /*volume*/) const {
  return {};
}

std::string Potential::why_fully_periodic() const { return {}; }

double Potential::pair_energy(int /*a*/, int /*b*/, double /*r*/) const {
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace forcewire
