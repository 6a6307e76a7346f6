#pragma once

#include <optional>
#include <span>

#include "engine/potentials/plugin_instance.hpp"
#include "engine/potentials/potential.hpp"

namespace forcewire {

/// A pair potential behind the binary interface.
class PluginPair final : public OfPlugin<Potential> {
 public:
  using OfPlugin::OfPlugin;

  LocalSums compute(const LocalSystem& system, std::span<double> forces) override;
  std::optional<double> pair_energy(int a, int b, double r) const override;
};

}  // namespace forcewire
