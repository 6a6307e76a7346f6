#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/potentials/plugin.hpp"
#include "engine/potentials/plugin_values.hpp"

namespace forcewire {

/// What a plug-in has made of the user's options, of pairs or of many bodies.
class PluginInstance {
 public:
  /// @param options as the user wrote them; @param species as PluginValues has them
  /// @throws ModelError when the plug-in cannot make a potential of them
  PluginInstance(Plugin plugin, std::string_view options, std::vector<std::string> species);

  const forcewire_plugin& functions() const { return plugin_.functions(); }
  void* self() const { return self_.get(); }
  std::string label() const { return plugin_.label(); }

  double cutoff() const { return cutoff_; }
  int species_count() const;
  std::vector<std::pair<std::string, std::string>> description() const;

  /// @throws ModelError when it cannot work with the communicator
  void join(const void* mpi_communicator);
  bool is_collective() const { return functions().join != nullptr; }

  /// @param status what a function that computes has returned
  /// @throws PotentialFailure with what the plug-in says, unless the status is 0
  void expect_success(int status, const forcewire_error& error) const;

 private:
  Plugin plugin_;
  std::vector<std::string> species_;
  PluginValues values_;
  std::unique_ptr<void, void (*)(void*)> self_;
  double cutoff_;
};

/// The part of a potential that is the same for all plug-ins.
/// @tparam Kind Potential or ManyBodyPotential
template <class Kind>
class OfPlugin : public Kind {
 public:
  explicit OfPlugin(PluginInstance instance) : instance_(std::move(instance)) {}

  double cutoff() const override { return instance_.cutoff(); }
  int species_count() const override { return instance_.species_count(); }
  std::vector<std::pair<std::string, std::string>> description() const override {
    return instance_.description();
  }
  void join(const void* mpi_communicator) override { instance_.join(mpi_communicator); }
  bool is_collective() const override { return instance_.is_collective(); }

 protected:
  const PluginInstance& instance() const { return instance_; }

 private:
  PluginInstance instance_;
};

}  // namespace forcewire
