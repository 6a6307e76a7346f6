#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/exception_text.hpp"
#include "engine/potentials/shared_object.hpp"
#include "forcewire/plugin.h"

namespace forcewire {

/// A potential behind the interface of forcewire/plugin.h: in a shared object, or of our own.
class Plugin {
 public:
  /// @throws ModelError when it cannot be loaded, is no potential, was built for another version of
  ///         the binary interface, or does not say all that it must
  explicit Plugin(const std::filesystem::path& path);

  /// One that is part of this program.
  explicit Plugin(const forcewire_plugin& functions);

  const forcewire_plugin& functions() const { return *functions_; }
  std::span<const forcewire_option> options() const {
    return {functions_->options, static_cast<std::size_t>(functions_->option_count)};
  }

  /// For errors: `morse`, or `morse (./morse.so)`.
  std::string label() const;

 private:
  void check() const;

  std::string path_;                    // or empty
  std::optional<SharedObject> object_;  // where the functions are
  const forcewire_plugin* functions_;
};

/// Calls a function of a plug-in before there is a server. None may throw; what does all the same
/// becomes an error of ours here, while the object is loaded that knows the exception's type.
/// @param label of the plug-in, for the error
/// @throws ModelError with the text of the exception
template <class Call>
auto call_plugin(std::string_view label, const Call& call) {
  std::string what;
  try {
    return call();
  } catch (...) {
    what = exception_text();
  }
  throw ModelError(fmt::format("the potential {} threw: {}", label, what));
}

/// Calls one that works for a request.
/// @throws PotentialFailure with the text of the exception
template <class Call>
auto call_plugin_for_request(const Plugin& plugin, const Call& call) {
  using Kind = PotentialFailure::Kind;
  Kind kind = Kind::exception;
  std::string what;
  try {
    return call();
  } catch (const std::bad_alloc&) {
    kind = Kind::memory;
    what = "out of memory";
  } catch (...) {
    what = exception_text();
  }
  throw PotentialFailure(kind, fmt::format("the potential {} threw: {}", plugin.label(), what));
}

/// Does the name of a model mean a shared object, that is, is it a path or does it end in `.so`?
bool is_plugin_path(std::string_view model);

/// What --help says of its options, one a line, and the author's own text.
std::string help_of(const Plugin& plugin);

}  // namespace forcewire
