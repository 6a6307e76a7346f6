#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/potentials/units.hpp"

namespace forcewire {

/// One value as the user wrote it, on the command line or in a file, and where.
struct Setting {
  std::string origin;  ///< `option sigma of model lj` or `argon.toml:3: sigma`
  std::string text;

  /// @throws ModelError when `text` is no such quantity (`parse_quantity`)
  Quantity quantity(Dimension dimension) const;

  /// @throws ModelError when `text` is no such quantity, or zero or less
  Quantity positive(Dimension dimension) const;

  /// @throws ModelError when `text` is no such quantity, or less than zero
  Quantity non_negative(Dimension dimension) const;

  /// What the word stands for among `choices`.
  /// @throws ModelError when it is none of them
  template <class T>
  T choice(std::initializer_list<std::pair<std::string_view, T>> choices) const {
    std::vector<std::string_view> names;
    for (const auto& [name, meaning] : choices) names.push_back(name);
    return std::data(choices)[position_among(names)].second;
  }

 private:
  std::size_t position_among(std::span<const std::string_view> names) const;
};

}  // namespace forcewire
