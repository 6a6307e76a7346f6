#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "engine/potentials/shared_object.hpp"
#include "forcewire/plugin.h"

namespace forcewire {

/// A shared object that holds a potential; see forcewire/plugin.h.
class Plugin {
 public:
  /// @throws ModelError when it cannot be loaded, is no potential, was built for another version of
  ///         the binary interface, or does not say all that it must
  explicit Plugin(std::filesystem::path path);

  const forcewire_plugin& functions() const { return *functions_; }
  std::span<const forcewire_option> options() const {
    return {functions_->options, static_cast<std::size_t>(functions_->option_count)};
  }

  /// For errors: `morse (./morse.so)`.
  std::string label() const;

 private:
  void check() const;

  std::filesystem::path path_;
  SharedObject object_;
  const forcewire_plugin* functions_;  // in the object
};

/// Does the name of a model mean a shared object, that is, is it a path or does it end in `.so`?
bool is_plugin_path(std::string_view model);

/// What --help says of its options, one a line, and the author's own text.
std::string help_of(const Plugin& plugin);

}  // namespace forcewire
