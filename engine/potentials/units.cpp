#include "engine/potentials/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/expected_names.hpp"
#include "engine/potentials/leading_number.hpp"

namespace forcewire {

namespace {

constexpr std::array all_units = {
    Unit{"bohr", Dimension::length, units::bohr},
    Unit{"angstrom", Dimension::length, units::angstrom},
    Unit{"nm", Dimension::length, units::nanometre},
    Unit{"pm", Dimension::length, units::picometre},
    Unit{"hartree", Dimension::energy, units::hartree},
    Unit{"rydberg", Dimension::energy, units::rydberg},
    Unit{"eV", Dimension::energy, units::electronvolt},
    Unit{"meV", Dimension::energy, 1e-3 * units::electronvolt},
    Unit{"K", Dimension::energy, units::kelvin},
    Unit{"kJ/mol", Dimension::energy, units::kilojoule_per_mole},
    Unit{"kcal/mol", Dimension::energy, units::kilocalorie_per_mole},
};

const Unit& atomic_unit(Dimension dimension) {
  return *std::ranges::find(all_units, dimension, &Unit::dimension);
}

std::string_view noun(Dimension dimension) {
  return dimension == Dimension::length ? "a length" : "an energy";
}

/// What should have been there: `a length (a number in bohr, or with one of the units ...)`.
std::string expectation(Dimension dimension, std::string_view given_unit) {
  std::vector<std::string_view> names;
  for (const Unit& unit : all_units) {
    if (unit.dimension == dimension) names.push_back(unit.name);
  }
  return fmt::format("{}, a number in {} or with a unit, {}", noun(dimension),
                     atomic_unit(dimension).name, one_of(names, given_unit));
}

}  // namespace

std::span<const Unit> known_units() { return all_units; }

Quantity parse_quantity(std::string_view text, Dimension dimension, std::string_view origin) {
  const LeadingNumber number = read_leading_number(text);
  if (number.length == 0) {
    throw ModelError(fmt::format("{}: '{}' is not {}", origin, text, expectation(dimension, {})));
  }
  if (!std::isfinite(number.value)) {
    throw ModelError(fmt::format("{}: '{}' is not a finite number", origin, text));
  }

  std::string_view name = text.substr(number.length);
  name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
  const auto unit = name.empty() ? std::ranges::find(all_units, dimension, &Unit::dimension)
                                 : std::ranges::find(all_units, name, &Unit::name);
  if (unit == all_units.end()) {
    throw ModelError(fmt::format("{}: '{}' has the unknown unit '{}', expected {}", origin, text,
                                 name, expectation(dimension, name)));
  }
  if (unit->dimension != dimension) {
    throw ModelError(fmt::format("{}: '{}' is {}, expected {}", origin, text, noun(unit->dimension),
                                 expectation(dimension, {})));
  }
  const Quantity quantity{number.value * unit->size, &*unit};
  if (!number.in_range || !std::isfinite(quantity.value)) {
    throw ModelError(fmt::format("{}: '{}' does not fit into a double", origin, text));
  }
  return quantity;
}

std::string to_string(const Quantity& quantity) {
  const Unit& atomic = atomic_unit(quantity.unit->dimension);
  std::string text = fmt::format("{:.6g} {}", quantity.value, atomic.name);
  if (quantity.unit->name != atomic.name) {
    text += fmt::format(" ({:.6g} {})", quantity.value / quantity.unit->size, quantity.unit->name);
  }
  return text;
}

}  // namespace forcewire
