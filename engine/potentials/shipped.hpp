#pragma once

#include "forcewire/plugin.h"

namespace forcewire {

/// Pair potentials that come with forcewire, each in a file of its name; written as those of users
/// are, and told by their own help.
const forcewire_plugin* morse();
const forcewire_plugin* buckingham();
const forcewire_plugin* tabulated();

}  // namespace forcewire
