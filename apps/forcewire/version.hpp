#pragma once

#include <string>

namespace forcewire {

/// The page of `--version`: what is needed to reproduce a result or to report a bug.
std::string version_text();

}  // namespace forcewire
