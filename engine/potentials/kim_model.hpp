#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/kernels/atom_system.hpp"

namespace KIM {
class ComputeArguments;
class Model;
}  // namespace KIM

namespace forcewire {

/// Atoms in the units of a model, see KimModel::length_unit; a number for each atom, or three.
struct KimAtoms {
  std::span<const double> positions{};     ///< x y z of each atom
  std::span<const int> species_code{};     ///< as the model counts them
  std::span<const int> is_contributing{};  ///< 1: its energy counts; 0: it is there for others
  std::span<const AtomRows> lists{};       ///< as `KimModel::lists` asks for
};

/// A portable model of OpenKIM, loaded into this process, that can do what we need and needs
/// nothing that we cannot do. See https://kim-api.readthedocs.io for what KIM says of models.
class KimModel {
 public:
  /// @throws ModelError when KIM has no such model, or it cannot be loaded or used
  explicit KimModel(std::string name);

  const std::string& name() const { return name_; }
  double length_unit() const { return length_unit_; }            ///< that it counts in [bohr]
  double energy_unit() const { return energy_unit_; }            ///< that it counts in [hartree]
  const std::string& unit_names() const { return unit_names_; }  ///< `A, eV`

  /// Atoms farther from an owned one than this do not change its energy [bohr].
  double influence_distance() const;

  /// The lists that it goes through; none longer than the influence distance.
  std::vector<AtomListKind> lists() const;

  /// All that it knows, in KIM's order.
  std::vector<std::string> species() const;

  /// Its number for a species; nothing when it does not know it.
  std::optional<int> species_code(const std::string& species) const;

  /// Energy of the contributing atoms, and minus its derivatives.
  /// @param forces x y z on each atom; overwritten [energy_unit() / length_unit()]
  /// @returns energy [energy_unit()]
  /// @throws PotentialFailure when the model fails
  double compute(const KimAtoms& atoms, std::span<double> forces);

 private:
  struct DestroyModel {
    void operator()(KIM::Model* model) const;
  };
  struct DestroyArguments {
    KIM::Model* model;  // whose they are
    void operator()(KIM::ComputeArguments* arguments) const;
  };

  void create_model();
  void create_arguments();
  void expect_enough() const;

  std::string name_;
  std::unique_ptr<KIM::Model, DestroyModel> model_;
  std::unique_ptr<KIM::ComputeArguments, DestroyArguments> arguments_;
  double length_unit_ = 0;
  double energy_unit_ = 0;
  std::string unit_names_;
};

/// @param model its name
/// @param influence its influence distance [bohr]
/// @throws ModelError when this or a cutoff of a list is no length, or a list is longer
void expect_reach(const std::string& model, double influence, std::span<const AtomListKind> lists);

}  // namespace forcewire
