#include "engine/potentials/plugin_potential.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "engine/potentials/plugin_many_body.hpp"
#include "engine/potentials/plugin_pair.hpp"

namespace forcewire {

Model make_plugin_model(Plugin plugin, const ModelRequest& request) {
  Model model;
  number_species(request.symbols, model);
  PluginInstance instance(std::move(plugin), request.options, model.species_names);
  if (instance.functions().compute_atoms != nullptr) {
    model.potential = std::make_unique<PluginManyBody>(std::move(instance));
  } else {
    model.potential = std::make_unique<PluginPair>(std::move(instance));
  }
  return model;
}

}  // namespace forcewire
