#include "engine/potentials/plugin_many_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <exception>
#include <limits>
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
  // What it forgets to write is found out.
  std::array<forcewire_list_kind, most_lists> kinds;
  kinds.fill({nan, 0, 0});
  call_plugin(instance.label(), [&] { plugin.lists(instance.self(), kinds.data()); });
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

/// Takes what a plug-in adds. Nothing may be thrown through the plug-in: it is kept until then.
struct Collector {
  Extras& extras;
  std::exception_ptr failure;

  static void add(void* context, const char* key, const char* json) {
    Collector& self = *static_cast<Collector*>(context);
    try {
      self.extras.add(key == nullptr ? "" : key, json == nullptr ? "" : json);
    } catch (...) {
      if (!self.failure) self.failure = std::current_exception();
    }
  }
};

Eigen::Matrix3d matrix(const double (&rows)[3][3]) {
  return Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(&rows[0][0]);
}

}  // namespace

PluginManyBody::PluginManyBody(PluginInstance instance)
    : OfPlugin(std::move(instance)), lists_(ask_for_lists(this->instance())) {}

void PluginManyBody::prepare(const LocalSystem& system) {
  OfPlugin::prepare(system);
  extras_.clear();
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
  extras_.clear();
  Collector collector{extras_, nullptr};
  // What it forgets to write is found out.
  forcewire_output output{nan, {}, &collector, Collector::add};
  std::fill_n(&output.virial[0][0], 9, nan);
  forcewire_error error{};
  const forcewire_plugin& functions = instance().functions();
  instance().expect_success(
      functions.compute_atoms(instance().self(), &atoms, forces.data(), &output, &error), error);
  if (collector.failure) rethrow(collector.failure);
  if (!has_virial() && extras_.has("virial")) {
    throw PotentialFailure(
        PotentialFailure::Kind::exception,
        fmt::format("the potential {}: it has an extra 'virial', the key by which forcewire says "
                    "that it has no virial; expected another one",
                    instance().label()));
  }

  LocalSums sums;
  sums.energy = output.energy;
  if (functions.virial == FORCEWIRE_VIRIAL_GIVEN) sums.virial = matrix(output.virial);
  if (functions.virial == FORCEWIRE_VIRIAL_OF_FORCES)
    sums.virial = virial_of_forces(system, forces);
  return sums;
}

void PluginManyBody::rethrow(const std::exception_ptr& failure) const {
  try {
    std::rethrow_exception(failure);
  } catch (const PotentialFailure& bad_extra) {
    throw PotentialFailure(bad_extra.kind(), fmt::format("the potential {}: {}", instance().label(),
                                                         bad_extra.what()));
  }
}

}  // namespace forcewire
