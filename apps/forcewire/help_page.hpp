#pragma once

#include <string>

namespace CLI {
class App;
}

namespace forcewire {

/// The page of `--help`: the options that `app` declares, the models, examples, exit statuses.
std::string help_page(CLI::App& app);

/// The page of `--help` behind `-m`: one model and its options.
/// @throws ModelError when there is no such model
std::string model_page(const std::string& name);

/// The page of `--list-models`.
std::string models_page();

/// The page of `--list-models NAME`: what the option `model` of `kim` can be, one name a line; of
/// other models, as `model_page`.
/// @throws ModelError when there is no such model, or KIM cannot list its own
std::string models_page_of(const std::string& name);

}  // namespace forcewire
