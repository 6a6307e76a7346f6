#pragma once

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

  /// @throws PotentialFailure when it says that it failed, or writes where it must not
  LocalSums compute_atoms(const AtomSystem& system, std::span<double> forces) override;

  /// Those of other ranks nobody asks for, and so nobody is told what is wrong with them.
  /// @throws PotentialFailure when one of them was bad
  std::string extras() const override;
  bool has_virial() const override {
    return instance().functions().virial != FORCEWIRE_VIRIAL_NONE;
  }

 private:
  /// What it adds while it computes. Nothing may be thrown through it: what is wrong is kept.
  struct Collected {
    Extras extras;
    std::string why_bad;  // if so

    static void add(void* self, const char* key, const char* json);
  };

  std::vector<AtomListKind> lists_;
  Collected collected_;
};

}  // namespace forcewire
