#pragma once

#include <string>
#include <vector>

#include "engine/potentials/registry.hpp"

namespace forcewire {

// Portable models of OpenKIM (https://openkim.org), by the KIM API. A build without it has these
// functions, too: kim.cpp or no_kim.cpp.

/// Does this build know KIM?
bool has_kim();

/// What the registry shows of it.
ModelInfo kim_info();

/// The model that the option `model` names.
/// @throws ModelError when there is none of that name, it does not know a species of the atoms, it
///         has several and nothing says which atom is which, it cannot be used; and in a build
///         without KIM
Model make_kim_model(const ModelRequest& request);

/// Names of the models that `make_kim_model` can find on this machine, sorted.
/// @throws ModelError when KIM cannot look for them, and in a build without KIM
std::vector<std::string> kim_model_names();

}  // namespace forcewire
