#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/potentials/potential.hpp"

namespace forcewire {

/// What the command line says of the model.
struct ModelRequest {
  std::string name;                  ///< `lj`, or the path of a plug-in
  std::string options;               ///< `key=value,...` or bare numbers
  std::vector<std::string> symbols;  ///< species name of each atom from the template, or empty
};

/// A model ready to be given to an `Evaluator`.
struct Model {
  std::unique_ptr<Potential> potential;
  std::vector<std::int32_t> species;       ///< index of each atom's species; empty: all are 0
  std::vector<std::string> species_names;  ///< by species index; empty when species do not matter
  /// What it is when it did not come with the program: `plug-in morse (./morse.so)`, `OpenKIM model
  /// NAME`. Empty otherwise.
  std::string foreign_name;
};

/// Numbers species in the order in which they first occur among the atoms of a template.
void number_species(const std::vector<std::string>& symbols, Model& model);

/// A model for `--list-models` and `--help`.
struct ModelInfo {
  std::string name;
  std::string summary;  ///< one line
  std::string help;     ///< its options, one a line, with units and defaults
};

/// All models that come with the program, in the order to show them.
const std::vector<ModelInfo>& models();

/// One of them, or that of a plug-in by its path.
/// @throws ModelError on an unknown name, or a plug-in that cannot be loaded
ModelInfo find_model(const std::string& name);

/// Builds a model.
/// @throws ModelError on an unknown name, option, unit, species, or an unreadable file
Model make_model(const ModelRequest& request);

}  // namespace forcewire
