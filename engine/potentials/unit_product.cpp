#include "engine/potentials/unit_product.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <vector>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/expected_names.hpp"
#include "engine/potentials/leading_number.hpp"
#include "engine/potentials/units.hpp"

namespace forcewire {

namespace {

/// Reads units from left to right.
class ProductReader {
 public:
  ProductReader(std::string_view text, std::string_view units, std::string_view origin)
      : text_(text), left_(units), origin_(origin) {}

  /// @return the size of the product [atomic units]; `powers` are its powers
  double read(UnitPowers& powers) {
    double size = 1;
    powers = {0, 0};
    int sign = take('/') ? -1 : 1;  // as in 1.2/angstrom
    while (true) {
      if (left_.empty()) fail("a unit is missing at the end");
      const Unit& unit = take_unit();
      const int power = sign * take_power();
      size *= std::pow(unit.size, power);
      (unit.dimension == Dimension::energy ? powers.energy : powers.length) += power;
      if (left_.empty()) return size;
      sign = take('/') ? -1 : 1;
      if (sign > 0 && !take('*')) fail("expected * or / between units");
    }
  }

  [[noreturn]] void fail(std::string_view what) const {
    throw ModelError(fmt::format("{}: '{}' is not understood: {}", origin_, text_, what));
  }

 private:
  bool take(char character) {
    skip_blanks();
    if (left_.empty() || left_.front() != character) return false;
    left_.remove_prefix(1);
    skip_blanks();
    return true;
  }

  void skip_blanks() { left_.remove_prefix(std::min(left_.find_first_not_of(' '), left_.size())); }

  /// The longest name of a unit that comes next: kJ/mol is one.
  const Unit& take_unit() {
    const Unit* found = nullptr;
    for (const Unit& unit : known_units()) {
      if (!left_.starts_with(unit.name)) continue;
      const std::string_view behind = left_.substr(unit.name.size());
      const bool ends =
          behind.empty() || std::string_view("*/^ ").find(behind.front()) != std::string_view::npos;
      if (ends && (found == nullptr || unit.name.size() > found->name.size())) found = &unit;
    }
    if (found == nullptr) {
      const std::string_view name = left_.substr(0, left_.find_first_of("*/^ "));
      std::vector<std::string_view> names;
      for (const Unit& unit : known_units()) names.push_back(unit.name);
      fail(fmt::format("unknown unit '{}', expected {}", name, one_of(names, name)));
    }
    left_.remove_prefix(found->name.size());
    skip_blanks();
    return *found;
  }

  int take_power() {
    if (!take('^')) return 1;
    int power = 0;
    const auto [end, error] = std::from_chars(left_.data(), left_.data() + left_.size(), power);
    if (error != std::errc() || power < -99 || power > 99) fail("expected a whole number behind ^");
    left_.remove_prefix(static_cast<std::size_t>(end - left_.data()));
    skip_blanks();
    return power;
  }

  std::string_view text_;
  std::string_view left_;
  std::string_view origin_;
};

}  // namespace

double parse_product(std::string_view text, UnitPowers powers, std::string_view origin) {
  const LeadingNumber number = read_leading_number(text);
  if (number.length == 0) {
    throw ModelError(fmt::format("{}: '{}' is not a number", origin, text));
  }
  if (!std::isfinite(number.value)) {
    throw ModelError(fmt::format("{}: '{}' is not a finite number", origin, text));
  }
  std::string_view units = text.substr(number.length);
  units.remove_prefix(std::min(units.find_first_not_of(' '), units.size()));

  double size = 1;
  if (!units.empty()) {
    ProductReader reader(text, units, origin);
    UnitPowers given{};
    size = reader.read(given);
    if (given != powers) {
      const std::string expected = atomic_unit_name(powers);
      reader.fail(expected.empty() ? "expected a number without a unit"
                                   : fmt::format("expected units such as {}", expected));
    }
  }
  const double value = number.value * size;
  if (!number.in_range || !std::isfinite(value)) {
    throw ModelError(fmt::format("{}: '{}' does not fit into a double", origin, text));
  }
  return value;
}

std::string atomic_unit_name(UnitPowers powers) {
  const auto factor = [](std::string_view name, int power) {
    if (power == 0) return std::string();
    return power == 1 ? std::string(name) : fmt::format("{}^{}", name, power);
  };
  const std::string energy = factor("hartree", powers.energy);
  const std::string length = factor("bohr", powers.length);
  return energy + (energy.empty() || length.empty() ? "" : "*") + length;
}

}  // namespace forcewire
