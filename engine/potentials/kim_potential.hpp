#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/potentials/kim_model.hpp"
#include "engine/potentials/many_body_potential.hpp"

namespace forcewire {

/// A portable model of OpenKIM as a potential.
class KimPotential final : public ManyBodyPotential {
 public:
  /// @param species names by the index that atoms have
  /// @throws ModelError when the model does not know one of them
  KimPotential(KimModel model, const std::vector<std::string>& species);

  double cutoff() const override { return model_.influence_distance(); }
  std::vector<AtomListKind> atom_lists() const override { return model_.lists(); }
  LocalSums compute_atoms(const AtomSystem& system, std::span<double> forces) override;
  int species_count() const override { return static_cast<int>(codes_.size()); }
  std::vector<std::pair<std::string, std::string>> description() const override;

 private:
  KimModel model_;
  std::vector<int> codes_;  // the model's, by species
  // Of each atom, in the model's units; kept for their memory.
  std::vector<double> positions_;
  std::vector<int> species_code_;
  std::vector<int> is_contributing_;
};

}  // namespace forcewire
