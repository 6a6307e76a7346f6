#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <memory>
#include <span>
#include <stdexcept>

#include "engine/kernels/local_system.hpp"
#include "engine/kernels/pair_sums.hpp"
#include "forcewire/options.hpp"
#include "forcewire/plugin.h"

namespace forcewire {

/// A pair potential that is ready to compute, for whatever instruction set it was made.
class PairInstance {
 public:
  virtual ~PairInstance() = default;
  virtual double cutoff() const = 0;
  virtual double pair_energy(int a, int b, double r) const = 0;
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
  constexpr std::size_t own = std::size(Function::options);
  std::array<Option, own + common_pair_options.size()> all{};
  std::copy(std::begin(Function::options), std::end(Function::options), all.begin());
  std::copy(common_pair_options.begin(), common_pair_options.end(), all.begin() + own);
  return all;
}

/// Between the binary interface and a PairInstance: exceptions become errors.
/// @tparam Function says name, summary and options
/// @tparam make a new PairInstance from a Setup
template <class Function, PairInstance* (*make)(const Setup&)>
class PairPlugin {
 public:
  static const forcewire_plugin* get() { return &plugin; }

 private:
  static constexpr auto options = all_pair_options<Function>();

  static const char* help() {
    if constexpr (requires { Function::help; }) return Function::help;
    return nullptr;
  }

  template <class Work>
  static int attempt(forcewire_error* error, const Work& work) {
    const auto say = [error](std::string_view what) {
      const std::size_t length = std::min(what.size(), sizeof(error->text) - 1);
      error->text[what.copy(error->text, length)] = '\0';
      return 1;
    };
    try {
      work();
      return 0;
    } catch (const std::exception& exception) {
      return say(exception.what());
    } catch (...) {
      return say("an exception that is no std::exception");
    }
  }

  static int create(const forcewire_setup* setup, void** self, forcewire_error* error) {
    return attempt(error, [&] { *self = make(Setup(*setup, options)); });
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
    return attempt(error, [&] {
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
                               c.compact != 0};
      const PairSums result =
          static_cast<PairInstance*>(self)->compute(system, {forces, system.force_numbers()});
      sums->energy = result.energy;
      std::copy_n(&result.virial[0][0], 9, &sums->virial[0][0]);
    });
  }

  static inline const forcewire_plugin plugin{FORCEWIRE_ABI_VERSION,
                                              static_cast<int>(options.size()),
                                              Function::name,
                                              Function::summary,
                                              help(),
                                              options.data(),
                                              create,
                                              destroy,
                                              cutoff,
                                              pair_energy,
                                              compute};
};

}  // namespace forcewire
