#include "engine/potentials/registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/expected_names.hpp"
#include "engine/potentials/kim.hpp"
#include "engine/potentials/lennard_jones.hpp"
#include "engine/potentials/options.hpp"
#include "engine/potentials/plugin.hpp"
#include "engine/potentials/plugin_potential.hpp"
#include "engine/potentials/shipped.hpp"

namespace forcewire {

namespace {

constexpr std::string_view lj_help =
    R"(  sigma=LENGTH         where the energy of two atoms is zero
  epsilon=ENERGY       depth of the well
  cutoff=LENGTH        atoms farther apart do not interact
  truncation=HOW       none (default): the energy jumps to zero at the cutoff
                       shift: the energy is shifted so that it ends at zero
                       smooth: energy and force are switched off before the cutoff
  switch-on=LENGTH     where smooth truncation begins (default 0.9 of the cutoff)
  tail=WHEN            correct energy and virial for what truncation takes away:
                       auto (default: when all three axes are periodic), yes, no
  parameters=FILE      sigma, epsilon and more for each species, from a TOML file;
                       replaces sigma and epsilon; see engine/potentials/README.md

Three values alone are sigma,epsilon,cutoff, as for i-pi-driver -m lj.
LENGTH and ENERGY are in atomic units, or have a unit: bohr, angstrom, nm, pm;
hartree, rydberg, eV, meV, K (times k_B), kJ/mol, kcal/mol.

  -m lj -o 6.4345,3.7938e-4,16.063
  -m lj -o sigma=3.405angstrom,epsilon=119.8K,cutoff=8.5angstrom
  -m lj -o sigma=3.405angstrom,epsilon=119.8K,cutoff=10angstrom,truncation=smooth
  -m lj -o parameters=argon-krypton.toml -t start.xyz
)";

/// Index into `species` of each atom; empty when there is no choice.
std::vector<std::int32_t> species_indices(const std::vector<std::string>& species,
                                          const std::vector<std::string>& symbols) {
  std::vector<std::int32_t> indices;
  if (species.size() < 2) return indices;
  for (const std::string& symbol : symbols) {
    const auto found = std::ranges::find(species, symbol);
    indices.push_back(static_cast<std::int32_t>(found - species.begin()));
  }
  return indices;
}

Model make_foreign_model(const ModelRequest& request) {
  Plugin plugin(request.name);
  std::string name = fmt::format("plug-in {}", plugin.label());
  Model model = make_plugin_model(std::move(plugin), request);
  model.foreign_name = std::move(name);
  return model;
}

Model make_lennard_jones(const ModelRequest& request) {
  const ModelOptions options(request.name, request.options, LennardJonesParameters::option_keys,
                             LennardJonesParameters::bare_options);
  LennardJonesParameters parameters = read_lennard_jones_parameters(options, request.symbols);
  Model model;
  model.species_names = parameters.species;
  model.species = species_indices(parameters.species, request.symbols);
  model.potential = std::make_unique<LennardJones>(std::move(parameters));
  return model;
}

ModelError unknown_model(const std::string& name) {
  std::vector<std::string_view> names;
  for (const ModelInfo& info : models()) names.push_back(info.name);
  return ModelError(fmt::format(
      "unknown model '{}', expected {}, or the path of a potential of your own, as in ./morse.so",
      name, one_of(names, name)));
}

const std::vector<const forcewire_plugin*>& shipped() {
  static const std::vector<const forcewire_plugin*> all = {morse(), buckingham(), tabulated()};
  return all;
}

ModelInfo info_of(const Plugin& plugin) {
  return {plugin.functions().name, plugin.functions().summary, help_of(plugin)};
}

}  // namespace

void number_species(const std::vector<std::string>& symbols, Model& model) {
  for (const std::string& symbol : symbols) {
    const auto found = std::ranges::find(model.species_names, symbol);
    model.species.push_back(static_cast<std::int32_t>(found - model.species_names.begin()));
    if (found == model.species_names.end()) model.species_names.push_back(symbol);
  }
}

const std::vector<ModelInfo>& models() {
  static const std::vector<ModelInfo> all = [] {
    std::vector<ModelInfo> infos = {
        {"lj", "Lennard-Jones pairs, of one species or many", std::string(lj_help)}};
    for (const forcewire_plugin* functions : shipped()) {
      infos.push_back(info_of(Plugin(*functions)));
    }
    infos.push_back(kim_info());
    return infos;
  }();
  return all;
}

ModelInfo find_model(const std::string& name) {
  if (is_plugin_path(name)) return info_of(Plugin(name));
  const auto found = std::ranges::find(models(), name, &ModelInfo::name);
  if (found == models().end()) throw unknown_model(name);
  return *found;
}

Model make_model(const ModelRequest& request) {
  if (request.name == "lj") return make_lennard_jones(request);
  if (request.name == "kim") return make_kim_model(request);
  if (is_plugin_path(request.name)) return make_foreign_model(request);
  for (const forcewire_plugin* functions : shipped()) {
    if (request.name == functions->name) return make_plugin_model(Plugin(*functions), request);
  }
  throw unknown_model(request.name);
}

}  // namespace forcewire
