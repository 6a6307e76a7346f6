#include "engine/potentials/lennard_jones.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "engine/potentials/errors.hpp"

namespace forcewire {

namespace {

LennardJonesCoefficients coefficients(const LennardJonesPair& pair, Truncation truncation) {
  const double sigma6 = std::pow(pair.sigma.value, 6);
  const double cutoff_squared = pair.cutoff.value * pair.cutoff.value;
  LennardJonesCoefficients result{};
  result.inverse_cutoff_squared = 1 / cutoff_squared;
  result.c12 = 4 * pair.epsilon.value * sigma6 * sigma6;
  result.c6 = 4 * pair.epsilon.value * sigma6;
  if (truncation == Truncation::shift) result.shift = pair.full_energy(pair.cutoff.value);
  if (truncation == Truncation::smooth) {
    result.switch_on_squared = pair.switch_on.value * pair.switch_on.value;
    result.switch_scale = 1 / (cutoff_squared - result.switch_on_squared);
  }
  return result;
}

/// @throws ModelError when one of the numbers that follow from the parameters of a pair is none
void require_finite(const LennardJonesPair& pair, const LennardJonesCoefficients& coefficients,
                    const LennardJonesTail& tail) {
  const double cutoff_squared = pair.cutoff.value * pair.cutoff.value;
  for (const double number :
       {cutoff_squared, coefficients.inverse_cutoff_squared, coefficients.c12, coefficients.shift,
        coefficients.switch_scale, tail.energy, tail.virial}) {
    if (std::isfinite(number)) continue;
    throw ModelError(
        fmt::format("model lj: sigma {}, epsilon {} and cutoff {} are too large, too small or too "
                    "unlike to compute with",
                    to_string(pair.sigma), to_string(pair.epsilon), to_string(pair.cutoff)));
  }
}

std::string to_string(Truncation truncation) {
  switch (truncation) {
    case Truncation::none:
      return "none (the energy jumps at the cutoff)";
    case Truncation::shift:
      return "shift (the energy is shifted to zero at the cutoff)";
    case Truncation::smooth:
      return "smooth (energy and force are switched off before the cutoff)";
  }
  return {};
}

std::string to_string(TailWish tail) {
  switch (tail) {
    case TailWish::automatic:
      return "auto (energy and virial are corrected when all three axes are periodic)";
    case TailWish::yes:
      return "yes (energy and virial are corrected; all three axes must be periodic)";
    case TailWish::no:
      return "no";
  }
  return {};
}

}  // namespace

LennardJones::LennardJones(LennardJonesParameters parameters) : parameters_(std::move(parameters)) {
  for (const LennardJonesPair& pair : parameters_.pairs) {
    coefficients_.push_back(coefficients(pair, parameters_.truncation));
    tails_.push_back(lennard_jones_tail(pair, parameters_.truncation));
    require_finite(pair, coefficients_.back(), tails_.back());
    cutoff_ = std::max(cutoff_, pair.cutoff.value);
  }
}

LocalSums LennardJones::compute(const LocalSystem& system, std::span<double> forces) {
  return lennard_jones_kernel(system, coefficients_, species_count(), parameters_.truncation,
                              forces);
}

TailCorrection LennardJones::tail(std::span<const std::int64_t> count, double volume) const {
  TailCorrection correction;
  if (parameters_.tail == TailWish::no) return correction;
  assert(count.size() * count.size() == tails_.size());
  auto tail = tails_.begin();
  for (const std::int64_t a : count) {
    for (const std::int64_t b : count) {
      const double pairs = static_cast<double>(a) * static_cast<double>(b);
      correction.energy += pairs / volume * tail->energy;
      correction.virial_diagonal += pairs / volume * tail->virial;
      ++tail;
    }
  }
  return correction;
}

std::optional<std::string> LennardJones::why_fully_periodic() const {
  if (parameters_.tail != TailWish::yes) return std::nullopt;
  return "tail=yes corrects for pairs beyond the cutoff, which only a system with three periodic "
         "axes has; use tail=auto or tail=no";
}

std::vector<std::pair<std::string, std::string>> LennardJones::description() const {
  std::vector<std::pair<std::string, std::string>> rows;
  const bool smooth = parameters_.truncation == Truncation::smooth;
  for (int a = 0; a < species_count(); ++a) {
    for (int b = a; b < species_count(); ++b) {
      const LennardJonesPair& pair = parameters_.pair(a, b);
      const std::string suffix =
          parameters_.species.empty()
              ? ""
              : fmt::format(" {}-{}", parameters_.species[static_cast<std::size_t>(a)],
                            parameters_.species[static_cast<std::size_t>(b)]);
      rows.emplace_back("sigma" + suffix, forcewire::to_string(pair.sigma));
      rows.emplace_back("epsilon" + suffix, forcewire::to_string(pair.epsilon));
      rows.emplace_back("cutoff" + suffix, forcewire::to_string(pair.cutoff));
      if (smooth) rows.emplace_back("switch-on" + suffix, forcewire::to_string(pair.switch_on));
    }
  }
  rows.emplace_back("truncation", to_string(parameters_.truncation));
  rows.emplace_back("tail", to_string(parameters_.tail));
  return rows;
}

std::optional<double> LennardJones::pair_energy(int a, int b, double r) const {
  return parameters_.pair(a, b).truncated_energy(r, parameters_.truncation);
}

}  // namespace forcewire
