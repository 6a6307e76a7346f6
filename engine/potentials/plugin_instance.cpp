#include "engine/potentials/plugin_instance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "engine/potentials/errors.hpp"

namespace forcewire {

namespace {

/// What it says, also if it has forgotten to end it.
std::string_view text_of(const forcewire_error& error) {
  const std::string_view text(error.text, sizeof error.text);
  return text.substr(0, text.find('\0'));
}

void* create(const Plugin& plugin, std::span<const std::string> species,
             const PluginValues& values) {
  std::vector<const char*> names;
  for (const std::string& name : species) names.push_back(name.c_str());
  const forcewire_setup setup{static_cast<int>(std::max<std::size_t>(species.size(), 1)),
                              names.empty() ? nullptr : names.data(), values.values().data()};
  void* self = nullptr;
  forcewire_error error{};
  const auto make = [&] { return plugin.functions().create(&setup, &self, &error); };
  if (call_plugin(plugin.label(), make) != 0) {
    throw ModelError(fmt::format("model {}: {}", plugin.label(), text_of(error)));
  }
  return self;
}

}  // namespace

PluginInstance::PluginInstance(Plugin plugin, std::string_view options,
                               std::vector<std::string> species)
    : plugin_(std::move(plugin)),
      species_(std::move(species)),
      values_(plugin_.functions().name, plugin_.options(), options, species_),
      self_(create(plugin_, species_, values_), plugin_.functions().destroy),
      cutoff_(
          call_plugin(plugin_.label(), [&] { return plugin_.functions().cutoff(self_.get()); })) {
  if (!(cutoff_ > 0) || !std::isfinite(cutoff_)) {
    throw ModelError(fmt::format("model {}: its cutoff is {} bohr, expected a number above zero",
                                 plugin_.label(), cutoff_));
  }
}

int PluginInstance::species_count() const {
  return static_cast<int>(std::max<std::size_t>(species_.size(), 1));
}

std::vector<std::pair<std::string, std::string>> PluginInstance::description() const {
  std::vector<std::pair<std::string, std::string>> rows{{"potential", plugin_.label()},
                                                        {"", functions().summary}};
  rows.insert(rows.end(), values_.description().begin(), values_.description().end());
  return rows;
}

void PluginInstance::join(const void* mpi_communicator) {
  if (functions().join == nullptr) return;
  forcewire_error error{};
  const auto join = [&] { return functions().join(self(), mpi_communicator, &error); };
  if (call_plugin(label(), join) != 0) {
    throw ModelError(fmt::format("model {}: {}", label(), text_of(error)));
  }
}

void PluginInstance::expect_success(int status, const forcewire_error& error) const {
  if (status == 0) return;
  throw PotentialFailure(PotentialFailure::Kind::exception,
                         fmt::format("the potential {} failed: {}", label(), text_of(error)));
}

}  // namespace forcewire
