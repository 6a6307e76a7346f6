#include "engine/potentials/lennard_jones_parameters.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/lennard_jones_table.hpp"

namespace forcewire {

namespace {

Truncation to_truncation(const Setting& setting) {
  return setting.choice<Truncation>(
      {{"none", Truncation::none}, {"shift", Truncation::shift}, {"smooth", Truncation::smooth}});
}

TailWish to_tail(const Setting& setting) {
  return setting.choice<TailWish>(
      {{"auto", TailWish::automatic}, {"yes", TailWish::yes}, {"no", TailWish::no}});
}

/// Where the switch of a pair begins: `setting`, or 0.9 of the cutoff.
Quantity read_switch_on(const Setting* setting, Truncation truncation, const Quantity& cutoff) {
  if (setting == nullptr) return {0.9 * cutoff.value, cutoff.unit};
  if (truncation != Truncation::smooth) {
    throw ModelError(setting->origin + ": it needs truncation=smooth, nothing else has a switch");
  }
  const Quantity switch_on = setting->positive(Dimension::length);
  if (!(switch_on.value < cutoff.value)) {
    throw ModelError(fmt::format("{}: expected less than the cutoff {}, got {}", setting->origin,
                                 to_string(cutoff), to_string(switch_on)));
  }
  return switch_on;
}

LennardJonesParameters from_options(const ModelOptions& options) {
  LennardJonesParameters parameters;
  if (const Setting* truncation = options.find("truncation")) {
    parameters.truncation = to_truncation(*truncation);
  }
  if (const Setting* tail = options.find("tail")) parameters.tail = to_tail(*tail);

  const Quantity sigma = options.require("sigma").positive(Dimension::length);
  const Quantity epsilon = options.require("epsilon").non_negative(Dimension::energy);
  const Quantity cutoff = options.require("cutoff").positive(Dimension::length);
  const Quantity switch_on =
      read_switch_on(options.find("switch-on"), parameters.truncation, cutoff);
  parameters.pairs.push_back({sigma, epsilon, cutoff, switch_on});
  return parameters;
}

/// The species of the model: those of the atoms, in the order they first occur, or the only one of
/// the file.
std::vector<std::string> occurring_species(const LennardJonesTable& table,
                                           std::span<const std::string> symbols) {
  std::vector<std::string> species;
  std::vector<std::string> missing;
  for (const std::string& symbol : symbols) {
    std::vector<std::string>& list = table.species.contains(symbol) ? species : missing;
    if (std::ranges::find(list, symbol) == list.end()) list.push_back(symbol);
  }
  if (!missing.empty()) {
    throw ModelError(
        fmt::format("{}: no parameters for the species {} of the template; add [species.{}]",
                    table.path, fmt::join(missing, ", "), missing.front()));
  }
  if (!species.empty()) return species;

  if (table.species.size() > 1) {
    std::vector<std::string> names;
    for (const auto& [name, like] : table.species) names.push_back(name);
    throw ModelError(
        fmt::format("{}: it has {} species ({}), and nothing says which atom is which; "
                    "pass a structure file with --template",
                    table.path, names.size(), fmt::join(names, ", ")));
  }
  return {table.species.begin()->first};
}

/// The value that holds for a pair: its own, or that of all pairs, where the command line goes
/// before the file.
/// @throws ModelError when the command line and the pair both have a say
const Setting* effective(const Setting* option, const std::optional<Setting>& of_pair,
                         const std::optional<Setting>& of_all_pairs) {
  if (option != nullptr && of_pair) {
    throw ModelError(
        fmt::format("{}: it is not clear whether it holds for the pair that has its own ({}); give "
                    "both in the file",
                    option->origin, of_pair->origin));
  }
  if (option != nullptr) return option;
  if (of_pair) return &*of_pair;
  return of_all_pairs ? &*of_all_pairs : nullptr;
}

/// Sigma and epsilon of a pair of species.
struct PairStrength {
  Quantity sigma;
  Quantity epsilon;
};

PairStrength like_strength(const LennardJonesTable& table, const std::string& species) {
  const LennardJonesTable::Species& entry = table.species.find(species)->second;
  return {entry.sigma.positive(Dimension::length), entry.epsilon.non_negative(Dimension::energy)};
}

/// The strength of unlike atoms by the file's mixing rule, in the units of the first.
PairStrength mix(const LennardJonesTable& table, const std::string& a, const std::string& b) {
  PairStrength mixed = like_strength(table, a);
  const PairStrength other = like_strength(table, b);
  mixed.sigma.value = table.mixing == Mixing::geometric
                          ? std::sqrt(mixed.sigma.value * other.sigma.value)
                          : (mixed.sigma.value + other.sigma.value) / 2;
  mixed.epsilon.value = std::sqrt(mixed.epsilon.value * other.epsilon.value);
  return mixed;
}

PairStrength unlike_strength(const LennardJonesTable& table, const std::string& a,
                             const std::string& b) {
  const LennardJonesTable::Pair entry = table.pair(a, b);
  if (table.mixing == Mixing::explicit_pairs && !(entry.sigma && entry.epsilon)) {
    throw ModelError(
        fmt::format("{}: mixing is explicit, so [pair.{}-{}] must be there with sigma "
                    "and epsilon",
                    entry.origin.empty() ? table.path : entry.origin, a, b));
  }
  PairStrength strength = mix(table, a, b);
  if (entry.sigma) strength.sigma = entry.sigma->positive(Dimension::length);
  if (entry.epsilon) strength.epsilon = entry.epsilon->non_negative(Dimension::energy);
  return strength;
}

LennardJonesPair read_pair(const LennardJonesTable& table, const ModelOptions& options,
                           Truncation truncation, const std::string& a, const std::string& b) {
  const auto [sigma, epsilon] = a == b ? like_strength(table, a) : unlike_strength(table, a, b);
  const LennardJonesTable::Pair entry = table.pair(a, b);
  const Setting* cutoff = effective(options.find("cutoff"), entry.cutoff, table.cutoff);
  if (cutoff == nullptr) {
    throw ModelError(
        fmt::format("{}: the pair {}-{} has no cutoff; put one above the tables, for "
                    "all pairs, or under [pair.{}-{}]",
                    table.path, a, b, a, b));
  }
  const Quantity range = cutoff->positive(Dimension::length);
  const Setting* switch_on = effective(options.find("switch-on"), entry.switch_on, table.switch_on);
  return {sigma, epsilon, range, read_switch_on(switch_on, truncation, range)};
}

LennardJonesParameters from_table(const LennardJonesTable& table, const ModelOptions& options,
                                  std::span<const std::string> symbols) {
  LennardJonesParameters parameters;
  if (const auto* setting = effective(options.find("truncation"), std::nullopt, table.truncation)) {
    parameters.truncation = to_truncation(*setting);
  }
  if (const auto* setting = effective(options.find("tail"), std::nullopt, table.tail)) {
    parameters.tail = to_tail(*setting);
  }
  parameters.species = occurring_species(table, symbols);
  for (const std::string& a : parameters.species) {
    for (const std::string& b : parameters.species) {
      parameters.pairs.push_back(read_pair(table, options, parameters.truncation, a, b));
    }
  }
  return parameters;
}

}  // namespace

LennardJonesParameters read_lennard_jones_parameters(const ModelOptions& options,
                                                     std::span<const std::string> symbols) {
  const Setting* file = options.find("parameters");
  if (file == nullptr) return from_options(options);
  for (const std::string_view key : {"sigma", "epsilon"}) {
    if (const Setting* setting = options.find(key)) {
      throw ModelError(
          fmt::format("{}: it cannot stand beside parameters={}, which has one for "
                      "each species",
                      setting->origin, file->text));
    }
  }
  return from_table(LennardJonesTable::read(file->text), options, symbols);
}

}  // namespace forcewire
