#include "engine/potentials/plugin.hpp"

#include <fmt/format.h>

#include <cmath>
#include <set>
#include <string_view>

#include "engine/potentials/unit_product.hpp"

namespace forcewire {

namespace {

constexpr const char* entry_point = "forcewire_get_plugin";

const forcewire_plugin* get_functions(const SharedObject& object,
                                      const std::filesystem::path& path) {
  using Get = const forcewire_plugin* (*)();
  const auto get = reinterpret_cast<Get>(object.find(entry_point));
  if (get == nullptr) {
    throw ModelError(fmt::format("{} is no potential for forcewire: it has no function {}",
                                 path.string(), entry_point));
  }
  const forcewire_plugin* functions = call_plugin(path.string(), get);
  if (functions == nullptr) {
    throw ModelError(
        fmt::format("{}: {} returned nothing, expected a potential", path.string(), entry_point));
  }
  if (functions->abi_version != FORCEWIRE_ABI_VERSION) {
    throw ModelError(fmt::format(
        "{} was built for version {} of the interface for potentials, this forcewire has version "
        "{}: build it again with the headers of this forcewire",
        path.string(), functions->abi_version, FORCEWIRE_ABI_VERSION));
  }
  return functions;
}

std::string_view kind_of(const forcewire_option& option) {
  if (option.kind == FORCEWIRE_TEXT) return "TEXT";
  const UnitPowers powers{option.energy_power, option.length_power};
  if (powers == UnitPowers{1, 0}) return "ENERGY";
  if (powers == UnitPowers{0, 1}) return "LENGTH";
  return powers == UnitPowers{0, 0} ? "NUMBER" : "QUANTITY";
}

}  // namespace

Plugin::Plugin(const std::filesystem::path& path)
    : path_(path.string()), object_(path), functions_(get_functions(*object_, path)) {
  check();
}

Plugin::Plugin(const forcewire_plugin& functions) : functions_(&functions) { check(); }

std::string Plugin::label() const {
  return path_.empty() ? functions_->name : fmt::format("{} ({})", functions_->name, path_);
}

void Plugin::check() const {
  const auto expect = [&](bool holds, std::string_view what) {
    if (!holds) throw ModelError(fmt::format("the potential {}: {}", path_, what));
  };
  const forcewire_plugin& f = *functions_;
  expect(f.name != nullptr && f.name[0] != '\0', "it has no name");
  expect(f.summary != nullptr, "it has no summary");
  expect(f.create && f.destroy && f.cutoff, "it has no create, destroy or cutoff");
  expect(!f.compute || !f.compute_atoms,
         "it has compute and compute_atoms, expected one: it is of pairs or of many bodies");
  expect(f.compute || f.compute_atoms, "it has neither compute nor compute_atoms");
  expect(!f.compute == !f.pair_energy, "it has one of compute and pair_energy without the other");
  expect(!f.compute_atoms || (f.list_count && f.lists),
         "it has compute_atoms, but does not say which lists it needs (list_count, lists)");
  expect(!f.compute || (!f.list_count && !f.lists),
         "it has compute, for pairs, and says which lists it needs, for many bodies");
  expect(f.microseconds_per_atom >= 0 && std::isfinite(f.microseconds_per_atom),
         fmt::format("its microseconds_per_atom are {}, expected a number, zero or more",
                     f.microseconds_per_atom));
  expect(f.virial == FORCEWIRE_VIRIAL_OF_FORCES || f.virial == FORCEWIRE_VIRIAL_GIVEN ||
             f.virial == FORCEWIRE_VIRIAL_NONE,
         "its virial is of a kind that does not exist");
  expect(f.option_count >= 0 && (f.option_count == 0 || f.options != nullptr),
         "its options are missing");
  std::set<std::string_view> keys;
  for (const forcewire_option& option : options()) {
    expect(option.key != nullptr && option.meaning != nullptr, "an option has no key or meaning");
    const std::string_view key = option.key;
    expect(!key.empty() && key.find_first_of("=,: ") == std::string_view::npos,
           fmt::format("its option '{}' has a key that cannot be written", key));
    expect(keys.insert(key).second, fmt::format("two of its options have the key {}", key));
    expect(option.kind == FORCEWIRE_QUANTITY || option.kind == FORCEWIRE_TEXT,
           fmt::format("its option {} is of a kind that does not exist", key));
    expect(option.species >= 0 && option.species <= 2,
           fmt::format("its option {} belongs to {} species, expected 0, 1 or 2", key,
                       option.species));
    expect(option.kind == FORCEWIRE_QUANTITY || option.species == 0,
           fmt::format("its option {} is a text, which is one for all species, but belongs to {}",
                       key, option.species));
  }
}

bool is_plugin_path(std::string_view model) {
  return model.find('/') != std::string_view::npos || model.ends_with(".so");
}

std::string help_of(const Plugin& plugin) {
  std::string text;
  bool has_species = false;
  bool has_pairs = false;
  for (const forcewire_option& option : plugin.options()) {
    std::string meaning = option.meaning;
    if (kind_of(option) == "QUANTITY") {
      meaning += fmt::format("{}[{}]", meaning.empty() ? "" : " ",
                             atomic_unit_name({option.energy_power, option.length_power}));
    }
    if (option.default_text != nullptr) {
      meaning += fmt::format("{}(default {})", meaning.empty() ? "" : " ", option.default_text);
    }
    const std::string key = fmt::format("{}={}", option.key, kind_of(option));
    text +=
        meaning.empty() ? fmt::format("  {}\n", key) : fmt::format("  {:<20} {}\n", key, meaning);
    has_species = has_species || option.species == 1;
    has_pairs = has_pairs || option.species == 2;
  }
  if (has_species || has_pairs) {
    const std::string_view which = !has_pairs     ? "KEY:A=VALUE holds for the species A"
                                   : !has_species ? "KEY:A-B=VALUE holds for the species A and B"
                                                  : "KEY:A=VALUE holds for the species A, "
                                                    "KEY:A-B=VALUE for a pair";
    text += fmt::format("\n{} of the template, KEY=VALUE for all others.\n", which);
  }
  if (plugin.functions().help != nullptr) text += fmt::format("\n{}\n", plugin.functions().help);
  return text;
}

}  // namespace forcewire
