#include "engine/potentials/kim.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <memory>
#include <utility>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/kim_collection.hpp"
#include "engine/potentials/kim_model.hpp"
#include "engine/potentials/kim_potential.hpp"
#include "engine/potentials/options.hpp"

namespace forcewire {

namespace {

std::string model_name(const ModelRequest& request) {
  constexpr std::array<std::string_view, 1> keys = {"model"};
  const ModelOptions options(request.name, request.options, keys, keys.size());
  if (const Setting* model = options.find("model")) return model->text;
  throw ModelError(
      "model kim: nothing says which one; expected -o model=NAME with a NAME that "
      "forcewire --list-models kim shows");
}

/// The model's only species, for structures without a template.
std::string only_species(const KimModel& model) {
  const std::vector<std::string> species = model.species();
  if (species.size() == 1) return species.front();
  throw ModelError(
      fmt::format("model kim, {}: it has {} species ({}), and nothing says which atom is which; "
                  "pass a structure file with --template",
                  model.name(), species.size(), fmt::join(species, ", ")));
}

}  // namespace

bool has_kim() { return true; }

Model make_kim_model(const ModelRequest& request) {
  KimModel kim(model_name(request));
  Model model;
  model.foreign_name = fmt::format("OpenKIM model {}", kim.name());
  number_species(request.symbols, model);
  if (request.symbols.empty()) model.species_names.push_back(only_species(kim));
  model.potential = std::make_unique<KimPotential>(std::move(kim), model.species_names);
  return model;
}

std::vector<std::string> kim_model_names() { return portable_kim_models(); }

}  // namespace forcewire
