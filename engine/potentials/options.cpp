#include "engine/potentials/options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/expected_names.hpp"

namespace forcewire {

namespace {

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

/// The entries between commas; none of an empty text.
std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> entries;
  if (trim(text).empty()) return entries;
  for (;;) {
    const std::size_t comma = text.find(',');
    entries.push_back(trim(text.substr(0, comma)));
    if (comma == std::string_view::npos) return entries;
    text.remove_prefix(comma + 1);
  }
}

bool is_bare(std::string_view entry) { return entry.find('=') == std::string_view::npos; }

}  // namespace

ModelOptions::ModelOptions(std::string_view model, std::string_view text,
                           std::span<const std::string_view> keys, std::size_t bare)
    : model_(model), keys_(keys.begin(), keys.end()) {
  assert(bare <= keys.size());
  const std::vector<std::string_view> entries = split(text);
  const auto bare_entries = static_cast<std::size_t>(std::ranges::count_if(entries, is_bare));

  if (bare_entries == 0) {
    for (const std::string_view entry : entries) {
      const std::size_t equals = entry.find('=');
      add(trim(entry.substr(0, equals)), trim(entry.substr(equals + 1)));
    }
    return;
  }
  if (bare_entries < entries.size()) {
    const auto culprit = std::ranges::find_if(entries, is_bare);
    throw ModelError(fmt::format(
        "options of model {}: '{}' has no '=', but other entries of '{}' have: expected key=value "
        "for all or bare values for all",
        model_, *culprit, text));
  }
  if (bare_entries != bare) {
    throw ModelError(fmt::format(
        "options of model {}: expected {} bare values, {}, or key=value,...; got {} in '{}'",
        model_, bare, fmt::join(keys.first(bare), ","), bare_entries, text));
  }
  for (std::size_t i = 0; i < bare; ++i) add(keys[i], entries[i]);
}

void ModelOptions::add(std::string_view key, std::string_view value) {
  if (std::ranges::find(keys_, key) == keys_.end()) {
    throw ModelError(fmt::format("options of model {}: unknown option '{}', expected {}", model_,
                                 key, one_of(keys_, key)));
  }
  if (value.empty()) {
    throw ModelError(fmt::format("option {} of model {}: it has no value", key, model_));
  }
  Setting setting{fmt::format("option {} of model {}", key, model_), std::string(value)};
  const auto [earlier, is_new] = settings_.emplace(key, setting);
  if (!is_new) {
    throw ModelError(fmt::format("{}: given twice, as '{}' and as '{}'", setting.origin,
                                 earlier->second.text, value));
  }
}

const Setting* ModelOptions::find(std::string_view key) const {
  assert(std::ranges::find(keys_, key) != keys_.end());
  const auto found = settings_.find(key);
  return found == settings_.end() ? nullptr : &found->second;
}

const Setting& ModelOptions::require(std::string_view key) const {
  if (const Setting* setting = find(key)) return *setting;
  throw ModelError(fmt::format("option {} of model {} is missing (its options are {})", key, model_,
                               fmt::join(keys_, ", ")));
}

}  // namespace forcewire
