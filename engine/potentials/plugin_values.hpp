#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "forcewire/plugin.h"

namespace forcewire {

/// The values of a plug-in's options, read from what the user wrote.
class PluginValues {
 public:
  /// @param model name of the model, for errors
  /// @param text `key=value,...`, where `key:A` is for a species and `key:A-B` for a pair of them;
  /// or
  ///        all values of the leading options without a default
  /// @param species names, or empty when there is one species that nobody has named
  /// @throws ModelError when an option is unknown, missing or repeated, or has a bad value
  PluginValues(std::string_view model, std::span<const forcewire_option> options,
               std::string_view text, std::span<const std::string> species);

  /// In the order of the options; valid as long as this is.
  std::span<const forcewire_value> values() const { return values_; }

  /// What holds, label and value as the user wrote it, for the echo at start.
  const std::vector<std::pair<std::string, std::string>>& description() const {
    return description_;
  }

 private:
  std::vector<std::vector<double>> numbers_;
  std::vector<std::string> texts_;
  std::vector<forcewire_value> values_;
  std::vector<std::pair<std::string, std::string>> description_;
};

}  // namespace forcewire
