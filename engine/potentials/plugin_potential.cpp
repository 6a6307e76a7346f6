#include "engine/potentials/plugin_potential.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/potentials/errors.hpp"

namespace forcewire {

namespace {

/// What it says, also if it has forgotten to end it.
std::string_view text_of(const forcewire_error& error) {
  const std::string_view text(error.text, sizeof error.text);
  return text.substr(0, text.find('\0'));
}

void* create(const Plugin& plugin, std::span<const std::string> species,
             const PluginValues& values) {
  std::vector<const char*> names;
  for (const std::string& name : species) names.push_back(name.c_str());
  const forcewire_setup setup{static_cast<int>(std::max<std::size_t>(species.size(), 1)),
                              names.empty() ? nullptr : names.data(), values.values().data()};
  void* self = nullptr;
  forcewire_error error{};
  if (plugin.functions().create(&setup, &self, &error) != 0) {
    throw ModelError(fmt::format("model {}: {}", plugin.label(), text_of(error)));
  }
  return self;
}

forcewire_rows rows_of(const NeighborRows& rows) {
  return {rows.begin.data(), rows.cluster.data()};
}

}  // namespace

PluginPotential::PluginPotential(Plugin plugin, std::string_view options,
                                 std::vector<std::string> species)
    : plugin_(std::move(plugin)),
      species_(std::move(species)),
      values_(plugin_.functions().name, plugin_.options(), options, species_),
      self_(create(plugin_, species_, values_), plugin_.functions().destroy),
      cutoff_(plugin_.functions().cutoff(self_.get())) {
  if (!(cutoff_ > 0) || !std::isfinite(cutoff_)) {
    throw ModelError(fmt::format("model {}: its cutoff is {} bohr, expected a number above zero",
                                 plugin_.label(), cutoff_));
  }
}

LocalSums PluginPotential::compute(const LocalSystem& system, std::span<double> forces) {
  const forcewire_clusters clusters{system.width,
                                    system.owned_clusters,
                                    system.image_clusters,
                                    system.atoms.size() / (4 * system.width),
                                    system.atoms.data(),
                                    rows_of(system.owned_rows),
                                    rows_of(system.ghost_rows),
                                    {system.center[0], system.center[1], system.center[2]},
                                    system.compact ? 1 : 0};
  forcewire_sums sums;
  // What it forgets to write is found out.
  sums.energy = std::numeric_limits<double>::quiet_NaN();
  std::fill_n(&sums.virial[0][0], 9, sums.energy);
  forcewire_error error{};
  if (plugin_.functions().compute(self_.get(), &clusters, forces.data(), &sums, &error) != 0) {
    throw PotentialFailure(
        PotentialFailure::Kind::exception,
        fmt::format("the potential {} failed: {}", plugin_.label(), text_of(error)));
  }
  LocalSums result;
  result.energy = sums.energy;
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) result.virial(i, j) = sums.virial[i][j];
  }
  return result;
}

int PluginPotential::species_count() const {
  return static_cast<int>(std::max<std::size_t>(species_.size(), 1));
}

std::vector<std::pair<std::string, std::string>> PluginPotential::description() const {
  std::vector<std::pair<std::string, std::string>> rows{{"potential", plugin_.label()},
                                                        {"", plugin_.functions().summary}};
  rows.insert(rows.end(), values_.description().begin(), values_.description().end());
  return rows;
}

std::optional<double> PluginPotential::pair_energy(int a, int b, double r) const {
  return plugin_.functions().pair_energy(self_.get(), a, b, r);
}

Model make_plugin_model(Plugin plugin, const ModelRequest& request) {
  Model model;
  number_species(request.symbols, model);
  model.potential =
      std::make_unique<PluginPotential>(std::move(plugin), request.options, model.species_names);
  return model;
}

}  // namespace forcewire
