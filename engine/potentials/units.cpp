#include "engine/potentials/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>
#include <vector>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/expected_names.hpp"

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

/// The number at the start of a text.
struct LeadingNumber {
  double value = 0;
  std::size_t length = 0;  ///< characters it takes; 0 when there is no number
  bool in_range = true;    ///< does it fit into a double?
};

LeadingNumber read_c_number(std::string_view text) {
  LeadingNumber number;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number.value);
  number.length = static_cast<std::size_t>(end - text.data());
  number.in_range = error != std::errc::result_out_of_range;
  return number;
}

bool is_digit(char character) { return character >= '0' && character <= '9'; }

/// Does `text` begin with an exponent as Fortran writes it? The digits tell it from a unit.
bool has_fortran_exponent(std::string_view text) {
  if (text.empty() || (text[0] != 'd' && text[0] != 'D')) return false;
  const bool has_sign = text.size() > 1 && (text[1] == '-' || text[1] == '+');
  const std::size_t digits = has_sign ? 2 : 1;
  return text.size() > digits && is_digit(text[digits]);
}

/// Reads what C and Fortran write: `1e-3`, `1d-3`, `1D-3`, `+1`.
LeadingNumber read_number(std::string_view text) {
  // from_chars knows no plus, and would take the minus behind one.
  const std::size_t plus = text.size() > 1 && text[0] == '+' && text[1] != '-' ? 1 : 0;
  const std::string_view unsigned_text = text.substr(plus);
  LeadingNumber number = read_c_number(unsigned_text);
  if (number.length == 0) return number;
  if (has_fortran_exponent(unsigned_text.substr(number.length))) {
    std::string c_text(unsigned_text);
    c_text[number.length] = 'e';
    number = read_c_number(c_text);
  }
  number.length += plus;
  return number;
}

}  // namespace

std::span<const Unit> known_units() { return all_units; }

Quantity parse_quantity(std::string_view text, Dimension dimension, std::string_view origin) {
  const LeadingNumber number = read_number(text);
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
