#include "engine/potentials/plugin_pair.hpp"

#include <algorithm>
#include <limits>

namespace forcewire {

namespace {

forcewire_rows rows_of(const NeighborRows& rows) {
  return {rows.begin.data(), rows.cluster.data()};
}

}  // namespace

LocalSums PluginPair::compute(const LocalSystem& system, std::span<double> forces) {
  const forcewire_clusters clusters{system.width,
                                    system.owned_clusters,
                                    system.image_clusters,
                                    system.atoms.size() / (4 * system.width),
                                    system.atoms.data(),
                                    rows_of(system.owned_rows),
                                    rows_of(system.ghost_rows),
                                    {system.center[0], system.center[1], system.center[2]},
                                    system.compact ? 1 : 0,
                                    system.only_ghosts ? 1 : 0};
  Guarded<forcewire_sums, 64> guarded;  // few: this may be done for each atom anew
  forcewire_sums& sums = guarded.value;
  // What it forgets to write is found out.
  sums.energy = std::numeric_limits<double>::quiet_NaN();
  std::fill_n(&sums.virial[0][0], 9, sums.energy);
  instance().compute([&](forcewire_error* error) {
    return instance().functions().compute(instance().self(), &clusters, forces.data(), &sums,
                                          error);
  });
  instance().expect_intact(guarded, "sums");
  LocalSums result;
  result.energy = sums.energy;
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) result.virial(i, j) = sums.virial[i][j];
  }
  return result;
}

std::optional<double> PluginPair::pair_energy(int a, int b, double r) const {
  const forcewire_plugin& plugin = instance().functions();
  return instance().call([&] { return plugin.pair_energy(instance().self(), a, b, r); });
}

}  // namespace forcewire
