#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>

#include "engine/kernels/local_system.hpp"
#include "engine/kernels/pair_sums.hpp"
#include "forcewire/exceptions.hpp"
#include "forcewire/options.hpp"
#include "forcewire/plugin.h"

namespace forcewire {

/// A pair potential that is ready to compute, for whatever instruction set it was made.
class PairInstance {
 public:
  virtual ~PairInstance() = default;
  virtual double cutoff() const = 0;
  virtual double pair_energy(int a, int b, double r) const = 0;
  /// @throws std::exception unless it was compiled for clusters of so many slots
  virtual void expect_clusters_of(std::size_t slots) const = 0;
  /// @param system in such clusters
  virtual PairSums compute(const LocalSystem& system, std::span<double> forces) const = 0;
};

/// What every pair potential takes besides its own options.
inline constexpr std::array common_pair_options{
    length_option("cutoff", "atoms farther apart do not interact"),
    text_option("truncation", "none: the energy jumps at the cutoff; shift: it is shifted", "none"),
};

/// The options of a pair function, and those that every pair potential takes.
template <class Function>
constexpr auto all_pair_options() {
  constexpr std::span<const Option> options = options_of<Function>();
  constexpr std::size_t own = options.size();
  std::array<Option, own + common_pair_options.size()> all{};
  std::copy(options.begin(), options.end(), all.begin());
  std::copy(common_pair_options.begin(), common_pair_options.end(), all.begin() + own);
  for (Option& option : all) {
    if (option.kind == FORCEWIRE_QUANTITY) option = per_pair(option);
  }
  return all;
}

/// Between the binary interface and a PairInstance: exceptions become errors.
/// @tparam Function says name, summary and options
/// @tparam make a new PairInstance from a Setup
template <class Function, PairInstance* (*make)(const Setup&)>
class PairPlugin {
 public:
  /// @param type what the Function is called
  static const forcewire_plugin* get(const char* type) {
    static const forcewire_plugin plugin{
        .abi_version = FORCEWIRE_ABI_VERSION,
        .option_count = static_cast<int>(options.size()),
        .name = name_of<Function>(type),
        .summary = summary_of<Function>(),
        .help = help_of<Function>(),
        .options = options.data(),
        .microseconds_per_atom = microseconds_per_atom_of<Function>(),
        .create = create,
        .destroy = destroy,
        .cutoff = cutoff,
        .join = nullptr,
        .pair_energy = pair_energy,
        .compute = compute,
        .virial = FORCEWIRE_VIRIAL_GIVEN,
        .list_count = nullptr,
        .lists = nullptr,
        .compute_atoms = nullptr,
    };
    return &plugin;
  }

 private:
  static constexpr auto options = all_pair_options<Function>();

  static int create(const forcewire_setup* setup, void** self, forcewire_error* error) {
    return report_exceptions(error, [&] {
      std::unique_ptr<PairInstance> instance(make(Setup(*setup, options)));
      instance->expect_clusters_of(static_cast<std::size_t>(setup->cluster_width));
      *self = instance.release();
    });
  }

  static void destroy(void* self) { delete static_cast<PairInstance*>(self); }

  static double cutoff(const void* self) {
    return static_cast<const PairInstance*>(self)->cutoff();
  }

  static double pair_energy(const void* self, int a, int b, double r) {
    return static_cast<const PairInstance*>(self)->pair_energy(a, b, r);
  }

  static int compute(void* self, const forcewire_clusters* clusters, double* forces,
                     forcewire_sums* sums, forcewire_error* error) {
    return report_exceptions(error, [&] {
      const forcewire_clusters& c = *clusters;
      const auto rows = [&](const forcewire_rows& from) {
        const std::size_t count = c.width * c.owned_clusters;
        return NeighborRows{{from.begin, count + 1}, {from.cluster, from.begin[count]}};
      };
      const LocalSystem system{c.width,
                               c.owned_clusters,
                               c.image_clusters,
                               {c.atoms, 4 * c.width * c.clusters},
                               rows(c.owned_rows),
                               rows(c.ghost_rows),
                               {c.center[0], c.center[1], c.center[2]},
                               c.compact != 0,
                               nullptr,
                               c.only_ghosts != 0};
      const PairSums result =
          static_cast<PairInstance*>(self)->compute(system, {forces, system.force_numbers()});
      sums->energy = result.energy;
      std::copy_n(&result.virial[0][0], 9, &sums->virial[0][0]);
    });
  }
};

}  // namespace forcewire
