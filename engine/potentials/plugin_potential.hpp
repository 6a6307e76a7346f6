#pragma once

#include "engine/potentials/plugin.hpp"
#include "engine/potentials/registry.hpp"

namespace forcewire {

/// The model of a plug-in, of pairs or of many bodies, for the atoms and options of `request`.
/// @throws ModelError when the plug-in cannot make a potential of them
Model make_plugin_model(Plugin plugin, const ModelRequest& request);

}  // namespace forcewire
