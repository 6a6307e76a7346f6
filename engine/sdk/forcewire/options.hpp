#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "forcewire/plugin.h"

namespace forcewire {

/// An option of a potential; see plugin.h. Made by the functions below, which take a key, a few
/// words for the help if the key does not say it all, and the value that holds when none is given,
/// as a user would write it; without it the option must be given.
using Option = forcewire_option;

/// A quantity in units of energy^energy_power length^length_power. Users give it with a unit, as in
/// 0.5eV/angstrom, or in atomic units; potentials get atomic units.
///
/// In a pair potential each pair of species has its own value; else there is one for all atoms,
/// unless per_species or per_pair says otherwise.
constexpr Option quantity_option(int energy_power, int length_power, const char* key,
                                 const char* meaning = "", const char* standard = nullptr) {
  return {key, meaning, standard, FORCEWIRE_QUANTITY, energy_power, length_power, 0};
}

constexpr Option number_option(const char* key, const char* meaning = "",
                               const char* standard = nullptr) {
  return quantity_option(0, 0, key, meaning, standard);
}

constexpr Option energy_option(const char* key, const char* meaning = "",
                               const char* standard = nullptr) {
  return quantity_option(1, 0, key, meaning, standard);
}

constexpr Option length_option(const char* key, const char* meaning = "",
                               const char* standard = nullptr) {
  return quantity_option(0, 1, key, meaning, standard);
}

constexpr Option inverse_length_option(const char* key, const char* meaning = "",
                                       const char* standard = nullptr) {
  return quantity_option(0, -1, key, meaning, standard);
}

/// The same quantity, of which each species has its own value: KEY:Si=VALUE.
constexpr Option per_species(Option option) {
  option.species = 1;
  return option;
}

/// The same quantity, of which each pair of species has its own value: KEY:Si-Ge=VALUE.
constexpr Option per_pair(Option option) {
  option.species = 2;
  return option;
}

/// A word or the path of a file, one for all species.
constexpr Option text_option(const char* key, const char* meaning = "",
                             const char* standard = nullptr) {
  return {key, meaning, standard, FORCEWIRE_TEXT, 0, 0, 0};
}

/// What the user gave.
class Setup {
 public:
  /// Both are kept by reference.
  Setup(const forcewire_setup& setup, std::span<const Option> options)
      : setup_(setup), options_(options) {}

  int species_count() const { return setup_.species_count; }

  /// What users call a species in their template; empty when they have not named any.
  std::string_view species_name(int species) const {
    expect_species(species);
    return setup_.species_names == nullptr ? "" : setup_.species_names[species];
  }

  /// The value of an option that has one for all atoms, in atomic units.
  double number(std::string_view key) const { return numbers(key, 0)[0]; }

  /// The value of an option for atoms of a species.
  double number(std::string_view key, int species) const {
    expect_species(species);
    return numbers(key, 1)[species];
  }

  /// The value of an option for atoms of species a and b.
  double number(std::string_view key, int a, int b) const {
    expect_species(a);
    expect_species(b);
    return numbers(key, 2)[std::int64_t{a} * setup_.species_count + b];
  }

  std::string_view text(std::string_view key) const {
    return setup_.values[find(key, FORCEWIRE_TEXT)].text;
  }

 private:
  /// Of an option with so many species to a value.
  const double* numbers(std::string_view key, int species) const {
    const std::size_t index = find(key, FORCEWIRE_QUANTITY);
    if (options_[index].species != species) {
      throw std::logic_error("the potential asks for option " + std::string(key) + " with " +
                             std::to_string(species) + " species, but has declared it with " +
                             std::to_string(options_[index].species));
    }
    return setup_.values[index].numbers;
  }

  std::size_t find(std::string_view key, forcewire_option_kind kind) const {
    for (std::size_t i = 0; i < options_.size(); ++i) {
      if (options_[i].key == key && options_[i].kind == kind) return i;
    }
    throw std::logic_error("the potential asks for option " + std::string(key) +
                           ", which it has not declared as " +
                           (kind == FORCEWIRE_TEXT ? "a text" : "a quantity"));
  }

  void expect_species(int species) const {
    if (species >= 0 && species < setup_.species_count) return;
    throw std::out_of_range("the potential asks for species " + std::to_string(species) +
                            ", there are " + std::to_string(setup_.species_count));
  }

  const forcewire_setup& setup_;
  std::span<const Option> options_;
};

// What a potential may say, or leave to forcewire.

/// None, if it has no `options`.
template <class Potential>
constexpr std::span<const Option> options_of() {
  if constexpr (requires { Potential::options; }) {
    return std::span<const Option>(Potential::options);
  } else {
    return {};
  }
}

/// What users call it; that of its type, if it has no `name`.
template <class Potential>
constexpr const char* name_of(const char* type) {
  if constexpr (requires { Potential::name; }) return Potential::name;
  return type;
}

/// One line for --help.
template <class Potential>
constexpr const char* summary_of() {
  if constexpr (requires { Potential::summary; }) return Potential::summary;
  return "a potential from outside";
}

/// What else it says for --help, if it does.
template <class Potential>
constexpr const char* help_of() {
  if constexpr (requires { Potential::help; }) return Potential::help;
  return nullptr;
}

/// About how long one atom takes; 0: forcewire has a guess.
template <class Potential>
constexpr double microseconds_per_atom_of() {
  if constexpr (requires { Potential::microseconds_per_atom; }) {
    return Potential::microseconds_per_atom;
  }
  return 0;
}

/// Made from what the user gave, if it has a constructor for that.
template <class Potential>
Potential made_from(const Setup& setup) {
  if constexpr (std::constructible_from<Potential, const Setup&>) {
    return Potential(setup);
  } else {
    return Potential();
  }
}

}  // namespace forcewire
