#include "engine/potentials/plugin_instance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/kernels/simd.hpp"
#include "engine/potentials/errors.hpp"

namespace forcewire {

/// What it says, also if it has forgotten to end it; and if it says nothing, that.
std::string PluginInstance::text_of(int status, const Error& error) {
  const std::string_view whole(error.value.text, sizeof error.value.text);
  const std::string_view text = whole.substr(0, whole.find('\0'));
  if (is_blank(text)) return fmt::format("it says no more than that its status is {}", status);
  if (error.is_intact()) return std::string(text);
  return fmt::format("{}... (and more, beyond the {} characters that there is room for)", text,
                     whole.size());
}

void* PluginInstance::create(const Plugin& plugin, std::span<const std::string> species,
                             const PluginValues& values) {
  std::vector<const char*> names;
  for (const std::string& name : species) names.push_back(name.c_str());
  const forcewire_setup setup{static_cast<int>(std::max<std::size_t>(species.size(), 1)),
                              static_cast<int>(cluster_width()),
                              names.empty() ? nullptr : names.data(), values.values().data()};
  void* self = nullptr;
  Error error;
  const auto make = [&] { return plugin.functions().create(&setup, &self, &error.value); };
  if (const int status = call_plugin(plugin.label(), make); status != 0) {
    throw ModelError(fmt::format("model {}: {}", plugin.label(), text_of(status, error)));
  }
  return self;
}

PluginInstance::PluginInstance(Plugin plugin, std::string_view options,
                               std::vector<std::string> species)
    : plugin_(std::move(plugin)),
      species_(std::move(species)),
      values_(plugin_.functions().name, plugin_.options(), options, species_),
      self_(create(plugin_, species_, values_), Destroy{plugin_.functions().destroy}),
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
  Error error;
  const auto join = [&] { return functions().join(self(), mpi_communicator, &error.value); };
  if (const int status = call_plugin(label(), join); status != 0) {
    throw ModelError(fmt::format("model {}: {}", label(), text_of(status, error)));
  }
}

void PluginInstance::fail(int status) const {
  const Error error = std::exchange(error_, {});
  if (status == 0) fail_outside("error");
  throw PotentialFailure(
      PotentialFailure::Kind::exception,
      fmt::format("the potential {} failed: {}", label(), text_of(status, error)));
}

void PluginInstance::fail_outside(std::string_view what) const {
  throw PotentialFailure(PotentialFailure::Kind::exception,
                         fmt::format("the potential {} wrote outside its {}", label(), what));
}

/// At the end nobody cares any more what it throws.
void PluginInstance::Destroy::operator()(void* self) const noexcept {
  try {
    destroy(self);
  } catch (...) {
  }
}

}  // namespace forcewire
