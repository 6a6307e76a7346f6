#include "engine/potentials/plugin_many_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include "engine/potentials/errors.hpp"

namespace forcewire {

namespace {

constexpr int most_lists = 16;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<AtomListKind> ask_for_lists(const PluginInstance& instance) {
  const auto expect = [&](bool holds, const std::string& what) {
    if (!holds) throw ModelError(fmt::format("model {}: {}", instance.label(), what));
  };
  const forcewire_plugin& plugin = instance.functions();
  const int count =
      call_plugin(instance.label(), [&] { return plugin.list_count(instance.self()); });
  expect(count >= 1 && count <= most_lists,
         fmt::format("it asks for {} neighbour lists, expected 1 to {}", count, most_lists));
  // What it forgets to write is found out, and what it writes beyond.
  Guarded<std::array<forcewire_list_kind, most_lists>, 1024> guarded;
  auto& kinds = guarded.value;
  kinds.fill({nan, 0, 0});
  call_plugin(instance.label(), [&] { plugin.lists(instance.self(), kinds.data()); });
  const bool are_more =
      std::any_of(kinds.begin() + count, kinds.end(),
                  [](const forcewire_list_kind& kind) { return !std::isnan(kind.cutoff); });
  expect(guarded.is_intact() && !are_more,
         fmt::format("it says that it needs {} neighbour lists, and describes more", count));
  std::vector<AtomListKind> lists;
  for (int i = 0; i < count; ++i) {
    const forcewire_list_kind& kind = kinds[static_cast<std::size_t>(i)];
    expect(
        kind.cutoff > 0 && kind.cutoff <= instance.cutoff(),
        fmt::format("the cutoff of its neighbour list {} is {} bohr, expected more than zero and "
                    "no more than its own cutoff of {} bohr",
                    i, kind.cutoff, instance.cutoff()));
    lists.push_back({kind.cutoff, kind.half != 0, kind.with_ghosts != 0});
  }
  return lists;
}

Eigen::Matrix3d matrix(const double (&rows)[3][3]) {
  return Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(&rows[0][0]);
}

}  // namespace

PluginManyBody::PluginManyBody(PluginInstance instance)
    : OfPlugin(std::move(instance)), lists_(ask_for_lists(this->instance())) {}

void PluginManyBody::prepare(const LocalSystem& system) {
  OfPlugin::prepare(system);
  collected_ = {};
}

void PluginManyBody::Collected::add(void* self, const char* key, const char* json) {
  auto& [extras, why_bad] = *static_cast<Collected*>(self);
  try {
    extras.add(key == nullptr ? "" : key, json == nullptr ? "" : json);
  } catch (...) {
    if (why_bad.empty()) why_bad = exception_text();
  }
}

LocalSums PluginManyBody::compute_atoms(const AtomSystem& system, std::span<double> forces) {
  std::array<forcewire_list, most_lists> lists{};
  std::ranges::transform(system.lists, lists.begin(), [](const AtomRows& rows) {
    return forcewire_list{rows.begin.data(), rows.neighbor.data()};
  });
  const forcewire_atoms atoms{static_cast<std::int32_t>(system.owned),
                              static_cast<std::int32_t>(system.size()),
                              system.positions.data(),
                              system.species.data(),
                              system.index.data(),
                              system.shift.empty() ? nullptr : system.shift.front().data(),
                              lists.data()};
  collected_ = {};
  Guarded<forcewire_output, 1024> guarded;
  forcewire_output& output = guarded.value;
  // What it forgets to write is found out.
  output = {nan, {}, &collected_, Collected::add};
  std::fill_n(&output.virial[0][0], 9, nan);
  const forcewire_plugin& functions = instance().functions();
  instance().compute([&](forcewire_error* error) {
    return functions.compute_atoms(instance().self(), &atoms, forces.data(), &output, error);
  });
  instance().expect_intact(guarded, "output");

  LocalSums sums;
  sums.energy = output.energy;
  if (functions.virial == FORCEWIRE_VIRIAL_GIVEN) sums.virial = matrix(output.virial);
  if (functions.virial == FORCEWIRE_VIRIAL_OF_FORCES)
    sums.virial = virial_of_forces(system, forces);
  return sums;
}

std::string PluginManyBody::extras() const {
  const auto expect = [&](bool holds, std::string_view what) {
    if (holds) return;
    throw PotentialFailure(PotentialFailure::Kind::exception,
                           fmt::format("the potential {}: {}", instance().label(), what));
  };
  expect(collected_.why_bad.empty(), collected_.why_bad);
  expect(
      has_virial() || !collected_.extras.has("virial"),
      "it has an extra 'virial', the key by which forcewire says that it has no virial; expected "
      "another one");
  return collected_.extras.text();
}

}  // namespace forcewire
