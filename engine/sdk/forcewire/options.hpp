#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string_view>

#include "forcewire/plugin.h"

namespace forcewire {

/// An option of a potential; see plugin.h. Made by the functions below, which take a key, a few
/// words for the help, and the value that holds when none is given, as a user would write it;
/// without it the option must be given.
using Option = forcewire_option;

/// A quantity in units of energy^energy_power length^length_power, of each pair of species. Users
/// give it with a unit, as in 0.5eV/angstrom, or in atomic units; potentials get atomic units.
constexpr Option pair_option(int energy_power, int length_power, const char* key,
                             const char* meaning, const char* standard = nullptr) {
  return {key, meaning, standard, FORCEWIRE_QUANTITY, energy_power, length_power, 1};
}

constexpr Option number_option(const char* key, const char* meaning,
                               const char* standard = nullptr) {
  return pair_option(0, 0, key, meaning, standard);
}

constexpr Option energy_option(const char* key, const char* meaning,
                               const char* standard = nullptr) {
  return pair_option(1, 0, key, meaning, standard);
}

constexpr Option length_option(const char* key, const char* meaning,
                               const char* standard = nullptr) {
  return pair_option(0, 1, key, meaning, standard);
}

constexpr Option inverse_length_option(const char* key, const char* meaning,
                                       const char* standard = nullptr) {
  return pair_option(0, -1, key, meaning, standard);
}

/// A word or the path of a file, one for all species.
constexpr Option text_option(const char* key, const char* meaning, const char* standard = nullptr) {
  return {key, meaning, standard, FORCEWIRE_TEXT, 0, 0, 0};
}

/// What the user gave.
class Setup {
 public:
  /// Both are kept by reference.
  Setup(const forcewire_setup& setup, std::span<const Option> options)
      : setup_(setup), options_(options) {}

  int species_count() const { return setup_.species_count; }

  /// The value of an option for atoms of species a and b, in atomic units.
  double number(std::string_view key, int a, int b) const {
    const std::size_t index = find(key);
    const std::int64_t pair = std::int64_t{a} * setup_.species_count + b;
    return setup_.values[index].numbers[options_[index].per_pair != 0 ? pair : 0];
  }

  std::string_view text(std::string_view key) const { return setup_.values[find(key)].text; }

 private:
  std::size_t find(std::string_view key) const {
    for (std::size_t i = 0; i < options_.size(); ++i) {
      if (options_[i].key == key) return i;
    }
    throw std::logic_error("the potential asks for an option that it has not declared");
  }

  const forcewire_setup& setup_;
  std::span<const Option> options_;
};

}  // namespace forcewire
