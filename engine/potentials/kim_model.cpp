#include "engine/potentials/kim_model.hpp"

#include <fmt/format.h>

#include <KIM_SimulatorHeaders.hpp>
#include <cassert>
#include <cmath>
#include <concepts>
#include <utility>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/kim_collection.hpp"
#include "engine/potentials/kim_log.hpp"
#include "engine/potentials/kim_units.hpp"

namespace forcewire {

namespace {

namespace argument = KIM::COMPUTE_ARGUMENT_NAME;
namespace callback = KIM::COMPUTE_CALLBACK_NAME;
namespace routine = KIM::MODEL_ROUTINE_NAME;
namespace status = KIM::SUPPORT_STATUS;

// Rows and codes are handed over as they are.
static_assert(std::same_as<std::int32_t, int>);

/// Called by the model, possibly through C or Fortran: nothing is thrown. What fails, fails the
/// computation; KIM logs it.
int neighbors_of(void* lists, int /*list_count*/, const double* /*cutoffs*/, int list, int atom,
                 int* count, const int** neighbors) {
  const AtomRows& rows = static_cast<const AtomRows*>(lists)[list];
  const auto row = static_cast<std::size_t>(atom);
  // No zero neighbours for a ghost of a list without: a model that asks all the same breaks its
  // word, and the energy would be wrong.
  if (atom < 0 || row + 1 >= rows.begin.size()) return 1;
  *count = static_cast<int>(rows.begin[row + 1] - rows.begin[row]);
  *neighbors = rows.neighbor.data() + rows.begin[row];
  return 0;
}

/// KIM's words, if there are any, behind a colon.
std::string because() {
  const std::string words = take_kim_log();
  return words.empty() ? "" : ": " + words;
}

ModelError unusable(const std::string& name, const std::string& why) {
  return ModelError(fmt::format("model kim, {}: {}", name, why));
}

}  // namespace

void KimModel::DestroyModel::operator()(KIM::Model* model) const { KIM::Model::Destroy(&model); }

void KimModel::DestroyArguments::operator()(KIM::ComputeArguments* arguments) const {
  model->ComputeArgumentsDestroy(&arguments);
}

KimModel::KimModel(std::string name) : name_(std::move(name)) {
  keep_kim_log();
  expect_portable_kim_model(name_);
  create_model();
  create_arguments();
  expect_enough();
  expect_reach(name_, influence_distance(), lists());
}

void KimModel::create_model() {
  take_kim_log();
  const KimStandardError kept_quiet;
  int accepted = 0;
  KIM::Model* model = nullptr;
  // Angstrom and electronvolt, though ours are atomic: asked for others a model converts its
  // parameters, and KIM's hartree (the one of 2002) is off by 7e-8. Charge, temperature and time
  // are in nothing that we ask for, but some models refuse when they are left open.
  if (KIM::Model::Create(KIM::NUMBERING::zeroBased, KIM::LENGTH_UNIT::A, KIM::ENERGY_UNIT::eV,
                         KIM::CHARGE_UNIT::e, KIM::TEMPERATURE_UNIT::K, KIM::TIME_UNIT::ps, name_,
                         &accepted, &model) != 0) {
    throw unusable(name_, "KIM cannot load it" + because());
  }
  model_.reset(model);

  // Where it did not accept what was asked for, it has units of its own.
  KIM::LengthUnit length;
  KIM::EnergyUnit energy;
  model_->GetUnits(&length, &energy, nullptr, nullptr, nullptr);
  try {
    length_unit_ = size_of(length);
    energy_unit_ = size_of(energy);
  } catch (const ModelError& error) {
    throw unusable(name_, error.what());
  }
  unit_names_ = fmt::format("{}, {}", length.ToString(), energy.ToString());
}

void KimModel::create_arguments() {
  take_kim_log();
  KIM::ComputeArguments* arguments = nullptr;
  if (model_->ComputeArgumentsCreate(&arguments) != 0) {
    throw unusable(name_, "KIM cannot prepare it" + because());
  }
  arguments_ = {arguments, DestroyArguments{model_.get()}};
}

void KimModel::expect_enough() const {
  int count = 0;
  argument::GetNumberOfComputeArgumentNames(&count);
  for (int i = 0; i < count; ++i) {
    KIM::ComputeArgumentName name;
    KIM::SupportStatus support;
    argument::GetComputeArgumentName(i, &name);
    arguments_->GetArgumentSupportStatus(name, &support);
    const bool wanted = name == argument::partialEnergy || name == argument::partialForces;
    if (wanted && support == status::notSupported) {
      throw unusable(name_, fmt::format("it does not compute {}, which forcewire needs",
                                        name == argument::partialEnergy ? "energies" : "forces"));
    }
    if (!wanted && support == status::required) {
      throw unusable(name_, fmt::format("it requires the argument {}, which forcewire does not use",
                                        name.ToString()));
    }
  }

  callback::GetNumberOfComputeCallbackNames(&count);
  for (int i = 0; i < count; ++i) {
    KIM::ComputeCallbackName name;
    KIM::SupportStatus support;
    callback::GetComputeCallbackName(i, &name);
    arguments_->GetCallbackSupportStatus(name, &support);
    if (name != callback::GetNeighborList && support == status::required) {
      throw unusable(name_,
                     fmt::format("it requires the callback {}, which forcewire does not have",
                                 name.ToString()));
    }
  }

  for (const KIM::ModelRoutineName name : {routine::Extension, routine::WriteParameterizedModel}) {
    int present = 0;
    int required = 0;
    model_->IsRoutinePresent(name, &present, &required);
    if (present != 0 && required != 0) {
      throw unusable(name_, fmt::format("it requires its routine {} to be called, which forcewire "
                                        "does not do",
                                        name.ToString()));
    }
  }
}

double KimModel::influence_distance() const {
  double distance = 0;
  model_->GetInfluenceDistance(&distance);
  return distance * length_unit_;
}

std::vector<AtomListKind> KimModel::lists() const {
  int count = 0;
  const double* cutoff = nullptr;
  const int* without_ghosts = nullptr;
  model_->GetNeighborListPointers(&count, &cutoff, &without_ghosts);
  std::vector<AtomListKind> kinds;
  for (int i = 0; i < count; ++i) {
    kinds.push_back({cutoff[i] * length_unit_, false, without_ghosts[i] == 0});
  }
  return kinds;
}

std::vector<std::string> KimModel::species() const {
  std::vector<std::string> names;
  int count = 0;
  KIM::SPECIES_NAME::GetNumberOfSpeciesNames(&count);
  for (int i = 0; i < count; ++i) {
    KIM::SpeciesName name;
    KIM::SPECIES_NAME::GetSpeciesName(i, &name);
    if (species_code(name.ToString())) names.push_back(name.ToString());
  }
  return names;
}

std::optional<int> KimModel::species_code(const std::string& species) const {
  const KIM::SpeciesName name(species);
  int supported = 0;
  int code = 0;
  if (!name.Known() || model_->GetSpeciesSupportAndCode(name, &supported, &code) != 0 ||
      supported == 0) {
    return std::nullopt;
  }
  return code;
}

double KimModel::compute(const KimAtoms& atoms, std::span<double> forces) {
  const int count = static_cast<int>(atoms.species_code.size());
  assert(atoms.positions.size() == 3 * atoms.species_code.size());
  assert(forces.size() == atoms.positions.size());
  double energy = 0;
  take_kim_log();
  const bool failed =
      arguments_->SetArgumentPointer(argument::numberOfParticles, &count) != 0 ||
      arguments_->SetArgumentPointer(argument::particleSpeciesCodes, atoms.species_code.data()) !=
          0 ||
      arguments_->SetArgumentPointer(argument::particleContributing,
                                     atoms.is_contributing.data()) != 0 ||
      arguments_->SetArgumentPointer(argument::coordinates, atoms.positions.data()) != 0 ||
      arguments_->SetArgumentPointer(argument::partialEnergy, &energy) != 0 ||
      arguments_->SetArgumentPointer(argument::partialForces, forces.data()) != 0 ||
      arguments_->SetCallbackPointer(callback::GetNeighborList, KIM::LANGUAGE_NAME::cpp,
                                     reinterpret_cast<KIM::Function*>(&neighbors_of),
                                     const_cast<AtomRows*>(atoms.lists.data())) != 0 ||
      model_->Compute(arguments_.get()) != 0;
  if (failed) {
    throw PotentialFailure(PotentialFailure::Kind::exception,
                           fmt::format("the potential kim, {}, failed{}", name_, because()));
  }
  return energy;
}

void expect_reach(const std::string& model, double influence, std::span<const AtomListKind> lists) {
  if (!(influence > 0) || !std::isfinite(influence)) {
    throw unusable(model, fmt::format("its influence distance is {} bohr, expected a number above "
                                      "zero",
                                      influence));
  }
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const double cutoff = lists[i].cutoff;
    if (cutoff > 0 && cutoff <= influence) continue;
    throw unusable(model,
                   fmt::format("the cutoff of its neighbour list {} is {} bohr, expected more "
                               "than zero and no more than its influence distance of {} bohr",
                               i, cutoff, influence));
  }
}

}  // namespace forcewire
