#include "support/models.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "engine/potentials/lennard_jones.hpp"

namespace forcewire {

std::unique_ptr<Potential> engine_potential(const ReferenceModel& model) {
  const auto length = [](double value) { return Quantity{value, &known_units()[0]}; };
  const auto energy = [](double value) {
    for (const Unit& unit : known_units()) {
      if (unit.dimension == Dimension::energy) return Quantity{value, &unit};
    }
    return Quantity{};
  };
  LennardJonesParameters parameters;
  parameters.tail = TailWish::no;
  parameters.truncation = model.pair(0, 0).truncation;
  for (int a = 0; a < model.species_count(); ++a) {
    if (model.species_count() > 1) parameters.species.push_back(std::to_string(a));
    for (int b = 0; b < model.species_count(); ++b) {
      const ReferencePair& pair = model.pair(a, b);
      parameters.pairs.push_back(
          {length(pair.sigma), energy(pair.epsilon), length(pair.cutoff), length(pair.switch_on)});
    }
  }
  return std::make_unique<LennardJones>(std::move(parameters));
}

ReferencePair argon(Truncation truncation) {
  constexpr double sigma = 6.425;     // bohr
  constexpr double epsilon = 3.8e-4;  // hartree
  return {sigma, epsilon, 2.5 * sigma, truncation, 2.0 * sigma};
}

ReferenceModel mixture(Truncation truncation) {
  constexpr std::array<double, 3> sigma = {5.2, 6.4, 6.9};             // bohr
  constexpr std::array<double, 3> epsilon = {1.1e-4, 3.8e-4, 5.2e-4};  // hartree
  std::vector<ReferencePair> pairs;
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t b = 0; b < 3; ++b) {
      // No mixing rule, so that a pair taken for another one shows.
      const double s = 0.5 * (sigma[a] + sigma[b]) * (a == b ? 1 : 0.97);
      const double e = a == b ? epsilon[a] : 0.8 * (epsilon[a] + epsilon[b]) / 2;
      const double cutoff = (2.2 + 0.15 * static_cast<double>(a + b)) * s;
      pairs.push_back({s, e, cutoff, truncation, 0.85 * cutoff});
    }
  }
  return {3, std::move(pairs)};
}

}  // namespace forcewire
