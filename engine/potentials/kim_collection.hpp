#pragma once

#include <string>
#include <vector>

namespace forcewire {

/// Names of the portable models that KIM finds on this machine, sorted.
/// @throws ModelError when KIM cannot look for them
std::vector<std::string> portable_kim_models();

/// Is `name` a portable model that KIM finds on this machine?
/// @throws ModelError when it is not; the text says what it is, or which names are near
void expect_portable_kim_model(const std::string& name);

}  // namespace forcewire
