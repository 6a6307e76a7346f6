#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/potentials/setting.hpp"

namespace forcewire {

/// The options of a model as the command line gives them: `key=value,key=value`, or the values of
/// the first few keys alone, `value,value`.
///
/// A value ends at the next comma; it may hold `=` and `:` itself.
class ModelOptions {
 public:
  /// @param model name of the model, for errors
  /// @param keys all keys that the model knows
  /// @param bare how many of `keys`, from the first, may be given as bare values: all or none
  /// @throws ModelError when a key is unknown or repeated, an entry or a value is empty, bare
  ///         values and keys are mixed, or there are more or fewer bare values than `bare`
  ModelOptions(std::string_view model, std::string_view text,
               std::span<const std::string_view> keys, std::size_t bare);

  /// The value of `key`, or null when the user did not give it.
  const Setting* find(std::string_view key) const;

  /// The value of `key`.
  /// @throws ModelError when the user did not give it
  const Setting& require(std::string_view key) const;

 private:
  void add(std::string_view key, std::string_view value);

  std::string model_;
  std::vector<std::string_view> keys_;
  std::map<std::string, Setting, std::less<>> settings_;
};

}  // namespace forcewire
