#include "support/models.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/potentials/lennard_jones.hpp"
#include "engine/potentials/many_body_potential.hpp"

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

namespace {

class ManyBodyPairs final : public ManyBodyPotential {
 public:
  ManyBodyPairs(ReferenceModel model, bool half) : model_(std::move(model)), half_(half) {
    for (int a = 0; a < species_count(); ++a) {
      for (int b = 0; b < species_count(); ++b) {
        cutoff_ = std::max(cutoff_, model_.pair(a, b).cutoff);
      }
    }
  }

  double cutoff() const override { return cutoff_; }
  std::vector<AtomListKind> atom_lists() const override { return {{cutoff_, half_, !half_}}; }
  int species_count() const override { return model_.species_count(); }
  std::vector<std::pair<std::string, std::string>> description() const override { return {}; }

  LocalSums compute_atoms(const AtomSystem& system, std::span<double> forces) override {
    using Vector = Eigen::Map<const Eigen::Vector3d>;
    LocalSums sums;
    const AtomRows& rows = system.lists[0];
    for (std::size_t i = 0; i < system.owned; ++i) {
      for (std::size_t at = rows.begin[i]; at < rows.begin[i + 1]; ++at) {
        const auto j = static_cast<std::size_t>(rows.neighbor[at]);
        const Eigen::Vector3d d =
            Vector(&system.positions[3 * j]) - Vector(&system.positions[3 * i]);
        const double r = d.norm();
        const ReferencePair& pair = model_.pair(system.species[i], system.species[j]);
        if (r >= pair.cutoff) continue;
        // Of a pair that is seen from both sides, or with a ghost, half belongs to this atom.
        const double share = half_ && j < system.owned ? 1 : 0.5;
        const PairValue value = pair_value(pair, r);
        sums.energy += share * static_cast<double>(value.energy);
        const Eigen::Vector3d force = share * static_cast<double>(value.slope) / r * d;
        Eigen::Map<Eigen::Vector3d>(&forces[3 * i]) += force;
        Eigen::Map<Eigen::Vector3d>(&forces[3 * j]) -= force;
      }
    }
    sums.virial = virial_of_forces(system, forces);
    return sums;
  }

 private:
  ReferenceModel model_;
  bool half_;
  double cutoff_ = 0;
};

}  // namespace

std::unique_ptr<Potential> many_body_potential(const ReferenceModel& model, bool half) {
  return std::make_unique<ManyBodyPairs>(model, half);
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
