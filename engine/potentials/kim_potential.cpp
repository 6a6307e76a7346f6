#include "engine/potentials/kim_potential.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/units.hpp"

namespace forcewire {

namespace {

std::vector<int> codes_of(const KimModel& model, const std::vector<std::string>& species) {
  std::vector<int> codes;
  std::vector<std::string> missing;
  for (const std::string& name : species) {
    const auto code = model.species_code(name);
    if (code) {
      codes.push_back(*code);
    } else {
      missing.push_back(name);
    }
  }
  if (!missing.empty()) {
    throw ModelError(fmt::format(
        "model kim, {}: it does not know the species {} of the template; those it has are {}",
        model.name(), fmt::join(missing, ", "), fmt::join(model.species(), ", ")));
  }
  return codes;
}

std::string length_text(double length) {
  return fmt::format("{:.6g} bohr ({:.6g} angstrom)", length, length / units::angstrom);
}

}  // namespace

KimPotential::KimPotential(KimModel model, const std::vector<std::string>& species)
    : model_(std::move(model)), codes_(codes_of(model_, species)) {}

LocalSums KimPotential::compute_atoms(const AtomSystem& system, std::span<double> forces) {
  const double length_unit = model_.length_unit();
  positions_.resize(system.positions.size());
  std::ranges::transform(system.positions, positions_.begin(),
                         [length_unit](double x) { return x / length_unit; });
  species_code_.resize(system.size());
  std::ranges::transform(system.species, species_code_.begin(), [this](std::int32_t species) {
    return codes_[static_cast<std::size_t>(species)];
  });
  is_contributing_.assign(system.size(), 0);
  std::fill_n(is_contributing_.begin(), system.owned, 1);

  LocalSums sums;
  sums.energy = model_.energy_unit() *
                model_.compute({positions_, species_code_, is_contributing_, system.lists}, forces);
  const double force_unit = model_.energy_unit() / length_unit;
  for (double& force : forces) force *= force_unit;
  sums.virial = virial_of_forces(system, forces);
  return sums;
}

std::vector<std::pair<std::string, std::string>> KimPotential::description() const {
  const std::vector<AtomListKind> lists = model_.lists();
  const auto with_ghosts = std::ranges::count_if(lists, &AtomListKind::with_ghosts);
  std::vector<std::pair<std::string, std::string>> rows{
      {"potential", fmt::format("kim, {}", model_.name())},
      {"species it has", fmt::format("{}", fmt::join(model_.species(), ", "))},
      {"influence", length_text(cutoff())},
      {"computes in", model_.unit_names()},
      {"neighbour lists",
       fmt::format("{}{}", lists.size(), with_ghosts == 0 ? "" : ", also for ghosts")}};
  return rows;
}

}  // namespace forcewire
