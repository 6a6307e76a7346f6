#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/potentials/plugin.hpp"
#include "engine/potentials/plugin_values.hpp"
#include "engine/potentials/potential.hpp"
#include "engine/potentials/registry.hpp"

namespace forcewire {

/// A potential behind the binary interface.
class PluginPotential final : public Potential {
 public:
  /// @param options as the user wrote them; @param species as PluginValues has them
  /// @throws ModelError when the plug-in cannot make a potential of them
  PluginPotential(Plugin plugin, std::string_view options, std::vector<std::string> species);

  double cutoff() const override { return cutoff_; }
  LocalSums compute(const LocalSystem& system, std::span<double> forces) override;
  int species_count() const override;
  std::vector<std::pair<std::string, std::string>> description() const override;
  std::optional<double> pair_energy(int a, int b, double r) const override;

 private:
  Plugin plugin_;
  std::vector<std::string> species_;
  PluginValues values_;
  std::unique_ptr<void, void (*)(void*)> self_;
  double cutoff_;
};

/// The model of a plug-in for the atoms and options of `request`.
/// @throws ModelError
Model make_plugin_model(Plugin plugin, const ModelRequest& request);

}  // namespace forcewire
