#include "engine/potentials/plugin_potential.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "engine/potentials/plugin_many_body.hpp"
#include "engine/potentials/plugin_pair.hpp"

namespace forcewire {

Model make_plugin_model(Plugin plugin, const ModelRequest& request) {
  Model model;
  // Species in the order in which they first occur.
  for (const std::string& symbol : request.symbols) {
    const auto found = std::ranges::find(model.species_names, symbol);
    model.species.push_back(static_cast<std::int32_t>(found - model.species_names.begin()));
    if (found == model.species_names.end()) model.species_names.push_back(symbol);
  }
  PluginInstance instance(std::move(plugin), request.options, model.species_names);
  if (instance.functions().compute_atoms != nullptr) {
    model.potential = std::make_unique<PluginManyBody>(std::move(instance));
  } else {
    model.potential = std::make_unique<PluginPair>(std::move(instance));
  }
  return model;
}

}  // namespace forcewire
