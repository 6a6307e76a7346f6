#include "engine/potentials/setting.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/expected_names.hpp"

namespace forcewire {

Quantity Setting::quantity(Dimension dimension) const {
  return parse_quantity(text, dimension, origin);
}

Quantity Setting::positive(Dimension dimension) const {
  const Quantity result = quantity(dimension);
  if (!(result.value > 0)) {
    throw ModelError(fmt::format("{}: expected more than zero, got '{}'", origin, text));
  }
  return result;
}

Quantity Setting::non_negative(Dimension dimension) const {
  const Quantity result = quantity(dimension);
  if (!(result.value >= 0)) {
    throw ModelError(fmt::format("{}: expected zero or more, got '{}'", origin, text));
  }
  return result;
}

std::size_t Setting::position_among(std::span<const std::string_view> names) const {
  const auto found = std::ranges::find(names, text);
  if (found == names.end()) {
    throw ModelError(
        fmt::format("{}: unknown '{}', expected {}", origin, text, one_of(names, text)));
  }
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace forcewire
