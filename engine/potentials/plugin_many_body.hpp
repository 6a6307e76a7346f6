#pragma once

#include <exception>
#include <span>
#include <string>
#include <vector>

#include "engine/potentials/extras.hpp"
#include "engine/potentials/many_body_potential.hpp"
#include "engine/potentials/plugin_instance.hpp"

namespace forcewire {

/// A many-body potential behind the binary interface.
class PluginManyBody final : public OfPlugin<ManyBodyPotential> {
 public:
  /// @throws ModelError when it asks for no lists, too many, or one whose cutoff is not above zero
  ///         or longer than its own
  explicit PluginManyBody(PluginInstance instance);

  std::vector<AtomListKind> atom_lists() const override { return lists_; }

  /// Forgets the extras of other requests, too: `compute_atoms` need not be called.
  void prepare(const LocalSystem& system) override;

  /// @throws PotentialFailure when it says that it failed, or adds a bad extra
  LocalSums compute_atoms(const AtomSystem& system, std::span<double> forces) override;

  std::string extras() const override { return extras_.text(); }
  bool has_virial() const override {
    return instance().functions().virial != FORCEWIRE_VIRIAL_NONE;
  }

 private:
  /// With its name in front of what is wrong with an extra.
  [[noreturn]] void rethrow(const std::exception_ptr& failure) const;

  std::vector<AtomListKind> lists_;
  Extras extras_;
};

}  // namespace forcewire
