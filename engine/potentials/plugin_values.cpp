#include "engine/potentials/plugin_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/options.hpp"
#include "engine/potentials/setting.hpp"
#include "engine/potentials/unit_product.hpp"

namespace forcewire {

namespace {

bool is_required(const forcewire_option& option) { return option.default_text == nullptr; }

std::string species_key(const forcewire_option& option, const std::string& a) {
  return fmt::format("{}:{}", option.key, a);
}

std::string pair_key(const forcewire_option& option, const std::string& a, const std::string& b) {
  return fmt::format("{}:{}-{}", option.key, a, b);
}

/// All keys that a user may write.
std::vector<std::string> all_keys(std::span<const forcewire_option> options,
                                  std::span<const std::string> species) {
  std::vector<std::string> keys;
  for (const forcewire_option& option : options) keys.emplace_back(option.key);
  for (const forcewire_option& option : options) {
    for (const std::string& a : species) {
      if (option.species == 1) keys.push_back(species_key(option, a));
      if (option.species != 2) continue;
      for (const std::string& b : species) keys.push_back(pair_key(option, a, b));
    }
  }
  return keys;
}

/// What the user wrote, or the default.
class Source {
 public:
  Source(std::string_view model, const ModelOptions& given) : model_(model), given_(given) {}

  Setting of_all(const forcewire_option& option) const {
    if (const Setting* setting = given_.find(option.key)) return *setting;
    if (is_required(option)) return given_.require(option.key);  // throws
    return {fmt::format("default of option {} of model {}", option.key, model_),
            option.default_text};
  }

  Setting of_species(const forcewire_option& option, const std::string& a) const {
    const std::string key = species_key(option, a);
    if (const Setting* setting = given_.find(key)) return *setting;
    return of_others(option, key);
  }

  Setting of_pair(const forcewire_option& option, const std::string& a,
                  const std::string& b) const {
    const Setting* one = given_.find(pair_key(option, a, b));
    const Setting* other = a == b ? nullptr : given_.find(pair_key(option, b, a));
    if (one != nullptr && other != nullptr) {
      throw ModelError(
          fmt::format("{}: the same pair is given as {}", one->origin, pair_key(option, b, a)));
    }
    if (one != nullptr || other != nullptr) return one != nullptr ? *one : *other;
    return of_others(option, pair_key(option, a, b));
  }

 private:
  /// Where nobody has given `key`.
  Setting of_others(const forcewire_option& option, const std::string& key) const {
    if (is_required(option) && given_.find(option.key) == nullptr) {
      throw ModelError(fmt::format("option {} of model {} is missing; give {} or {}", option.key,
                                   model_, option.key, key));
    }
    return of_all(option);
  }

  std::string_view model_;
  const ModelOptions& given_;
};

double read(const forcewire_option& option, const Setting& setting) {
  return parse_product(setting.text, {option.energy_power, option.length_power}, setting.origin);
}

std::string echo(const forcewire_option& option, const std::string& text, double value) {
  const std::string unit = atomic_unit_name({option.energy_power, option.length_power});
  const std::string atomic =
      unit.empty() ? fmt::format("{:.6g}", value) : fmt::format("{:.6g} {}", value, unit);
  const bool has_unit = text.find_first_not_of("0123456789.+-eEdD ") != std::string::npos;
  return has_unit ? fmt::format("{} ({})", atomic, text) : atomic;
}

}  // namespace

PluginValues::PluginValues(std::string_view model, std::span<const forcewire_option> options,
                           std::string_view text, std::span<const std::string> species) {
  const std::vector<std::string> keys = all_keys(options, species);
  const std::vector<std::string_view> views(keys.begin(), keys.end());
  const auto first_with_default = std::ranges::find_if_not(options, is_required);
  const bool all_lead = std::none_of(first_with_default, options.end(), is_required);
  const auto required = static_cast<std::size_t>(first_with_default - options.begin());
  const ModelOptions given(model, text, views, all_lead ? required : 0);
  const Source source(model, given);

  numbers_.resize(options.size());
  texts_.resize(options.size());
  for (std::size_t i = 0; i < options.size(); ++i) {
    const forcewire_option& option = options[i];
    const auto describe = [&](const std::string& label, const Setting& setting) {
      description_.emplace_back(label, echo(option, setting.text, numbers_[i].back()));
    };
    if (option.kind == FORCEWIRE_TEXT) {
      texts_[i] = source.of_all(option).text;
      description_.emplace_back(option.key, texts_[i]);
      continue;
    }
    if (option.species == 0 || species.empty()) {
      const Setting setting = source.of_all(option);
      numbers_[i].push_back(read(option, setting));
      describe(option.key, setting);
      continue;
    }
    for (std::size_t a = 0; a < species.size(); ++a) {
      if (option.species == 1) {
        const Setting setting = source.of_species(option, species[a]);
        numbers_[i].push_back(read(option, setting));
        describe(fmt::format("{} {}", option.key, species[a]), setting);
        continue;
      }
      for (std::size_t b = 0; b < species.size(); ++b) {
        const Setting setting = source.of_pair(option, species[a], species[b]);
        numbers_[i].push_back(read(option, setting));
        if (b < a) continue;
        describe(fmt::format("{} {}-{}", option.key, species[a], species[b]), setting);
      }
    }
  }
  for (std::size_t i = 0; i < options.size(); ++i) {
    const bool is_text = options[i].kind == FORCEWIRE_TEXT;
    values_.push_back(
        {is_text ? nullptr : numbers_[i].data(), is_text ? texts_[i].c_str() : nullptr});
  }
}

}  // namespace forcewire
