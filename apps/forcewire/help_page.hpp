#pragma once

#include <string>

namespace CLI {
class App;
}

namespace forcewire {

/// The page of `--help`: the options that `app` declares, the models, examples, exit statuses.
std::string help_page(CLI::App& app);

/// The page of `--list-models`.
std::string models_page();

}  // namespace forcewire
