// A many-body potential of your own: you go through atoms and their neighbours, forcewire does the
// rest: neighbour lists, ranks, periodic images, virial.
//
//   #include <forcewire/many_body_potential.hpp>
//   using namespace forcewire;
//
//   struct Springs {
//     static constexpr auto name = "springs";  // otherwise that of the type
//     static constexpr auto summary = "springs between all neighbours";
//     static constexpr Option options[] = {quantity_option(1, -2, "k", "stiffness"),
//                                          length_option("cutoff", "longest spring")};
//
//     explicit Springs(const Setup& setup)
//         : k(setup.number("k")), longest(setup.number("cutoff")) {}
//     double cutoff() const { return longest; }
//
//     void compute(const Atoms& atoms, Output& out) {
//       for (int i = 0; i < atoms.owned(); ++i) {
//         for (int j : atoms.neighbors(i)) {
//           const Vector d = atoms.position(j) - atoms.position(i);
//           if (dot(d, d) > longest * longest) continue;  // lists hold some atoms beyond
//           out.energy += 0.25 * k * dot(d, d);  // half of it is the energy of atom j
//           out.force(i) += 0.5 * k * d;
//           out.force(j) -= 0.5 * k * d;
//         }
//       }
//     }
//     double k, longest;
//   };
//   FORCEWIRE_MANY_BODY(Springs)
//
// All in atomic units. All of them may throw: the text is for the user. A rank that owns no atoms
// does not call compute, unless there is a join. A potential without options needs neither them nor
// the constructor.
//
// May be there, too:
//
//   static constexpr auto help = "more text for --help";
//   static constexpr double microseconds_per_atom = 350;  // see plugin.h
//   static constexpr auto virial = Virial::given;  // compute writes out.virial; or Virial::none
//   std::vector<ListKind> lists() const;           // other lists than one full one of owned atoms
//   void join(const void* mpi_communicator);       // called once; then all ranks compute together
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "forcewire/exceptions.hpp"
#include "forcewire/options.hpp"
#include "forcewire/output.hpp"
#include "forcewire/plugin.h"
#include "forcewire/vector.hpp"

namespace forcewire {

/// A neighbour list: all atoms nearer than `cutoff` [bohr] are neighbours, and some farther ones.
struct ListKind {
  double cutoff;
  bool half = false;         ///< of two neighbours only the one with the lower number has the other
  bool with_ghosts = false;  ///< ghosts have neighbours, too
};

/// The atoms that a rank sees: first those that it owns, 0 to owned() - 1, then ghosts, up to
/// size() - 1: all others within the cutoff of these and some farther ones, periodic images
/// included. Each is at a place of its own: nothing needs to be wrapped.
class Atoms {
 public:
  /// Both are kept by reference.
  Atoms(const forcewire_atoms& atoms, std::span<const ListKind> kinds)
      : atoms_(atoms), kinds_(kinds) {}

  std::int32_t owned() const { return atoms_.owned; }
  std::int32_t size() const { return atoms_.total; }

  Vector position(std::int32_t i) const {
    const double* at = atoms_.positions + 3 * std::ptrdiff_t{i};
    return {at[0], at[1], at[2]};
  }

  /// Below the species_count() of the setup.
  std::int32_t species(std::int32_t i) const { return atoms_.species[i]; }

  /// Which atom of the request it is, from 0; ghosts have that of the atom that they stand for.
  std::int32_t index(std::int32_t i) const { return atoms_.index[i]; }

  /// By how many of each lattice vector a ghost is moved from where this atom is owned. (Of a cell
  /// that is skewed by far: of the shortest vectors of its lattice.)
  std::span<const std::int32_t, 3> shift(std::int32_t i) const {
    return std::span<const std::int32_t, 3>(atoms_.shift + 3 * std::ptrdiff_t{i}, 3);
  }

  /// Numbers of the atoms that are near atom i, which is owned, or a ghost if these have
  /// neighbours.
  /// @param list one of lists(), from 0
  /// @throws std::out_of_range when there is no such list, or atom i has no neighbours there
  std::span<const std::int32_t> neighbors(std::int32_t i, int list = 0) const {
    if (i < 0 || i >= rows(list)) refuse(i, list);
    const forcewire_list& l = atoms_.lists[list];
    return {l.neighbor + l.begin[i], l.begin[i + 1] - l.begin[i]};
  }

 private:
  /// How many atoms have neighbours in a list; none, if it is none.
  std::int32_t rows(int list) const {
    const auto n = static_cast<std::size_t>(list);
    if (n >= kinds_.size()) return 0;
    return kinds_[n].with_ghosts ? size() : owned();
  }

  [[noreturn]] void refuse(std::int32_t i, int list) const {
    throw std::out_of_range("the potential asks list " + std::to_string(list) + " of " +
                            std::to_string(kinds_.size()) + " for the neighbours of atom " +
                            std::to_string(i) + ", it has " + std::to_string(rows(list)) +
                            " atoms");
  }

  const forcewire_atoms& atoms_;
  std::span<const ListKind> kinds_;
};

/// Between the binary interface and a many-body potential: exceptions become errors.
template <class Potential>
class ManyBodyPlugin {
 public:
  /// @param type what the Potential is called
  static const forcewire_plugin* get(const char* type) {
    static const forcewire_plugin plugin{
        .abi_version = FORCEWIRE_ABI_VERSION,
        .option_count = static_cast<std::int32_t>(options_of<Potential>().size()),
        .name = name_of<Potential>(type),
        .summary = summary_of<Potential>(),
        .help = help_of<Potential>(),
        .options = options_of<Potential>().data(),
        .microseconds_per_atom = microseconds_per_atom_of<Potential>(),
        .create = create,
        .destroy = destroy,
        .cutoff = cutoff,
        .join = can_join ? join : nullptr,
        .pair_energy = nullptr,
        .compute = nullptr,
        .virial = virial(),
        .list_count = list_count,
        .lists = lists,
        .compute_atoms = compute_atoms,
    };
    return &plugin;
  }

 private:
  /// With what it has asked for: functions of the interface that ask may not throw.
  struct Instance {
    Potential potential;
    double cutoff;
    std::vector<ListKind> lists;

    explicit Instance(const Setup& setup)
        : potential(made_from<Potential>(setup)), cutoff(potential.cutoff()) {
      if constexpr (requires { potential.lists(); }) {
        lists = potential.lists();
      } else {
        lists = {{.cutoff = cutoff}};
      }
    }
  };

  static Instance& instance(void* self) { return *static_cast<Instance*>(self); }
  static const Instance& instance(const void* self) { return *static_cast<const Instance*>(self); }

  static std::int32_t create(const forcewire_setup* setup, void** self, forcewire_error* error) {
    return report_exceptions(error,
                             [&] { *self = new Instance(Setup(*setup, options_of<Potential>())); });
  }

  static void destroy(void* self) { delete static_cast<Instance*>(self); }

  static double cutoff(const void* self) { return instance(self).cutoff; }

  static std::int32_t join(void* self, const void* mpi_communicator, forcewire_error* error) {
    return report_exceptions(error, [&] {
      if constexpr (can_join) instance(self).potential.join(mpi_communicator);
    });
  }

  static std::int32_t list_count(const void* self) {
    return static_cast<std::int32_t>(instance(self).lists.size());
  }

  static void lists(const void* self, forcewire_list_kind* kinds) {
    for (const ListKind& list : instance(self).lists) {
      *kinds++ = {list.cutoff, list.half ? 1 : 0, list.with_ghosts ? 1 : 0};
    }
  }

  static std::int32_t compute_atoms(void* self, const forcewire_atoms* atoms, double* forces,
                                    forcewire_output* output, forcewire_error* error) {
    return report_exceptions(error, [&] {
      Output out(*output, forces, atoms->total);
      instance(self).potential.compute(Atoms(*atoms, instance(self).lists), out);
      out.finish();
    });
  }

  static constexpr std::int32_t virial() {
    if constexpr (requires { Potential::virial; }) {
      return static_cast<std::int32_t>(Potential::virial);
    } else {
      return FORCEWIRE_VIRIAL_OF_FORCES;
    }
  }

  static constexpr bool can_join = requires(Potential & potential, const void* communicator) {
    potential.join(communicator);
  };
};

}  // namespace forcewire

/// Ends the file of a potential in a shared object of its own.
#define FORCEWIRE_MANY_BODY(Potential)                                         \
  extern "C" FORCEWIRE_EXPORT const forcewire_plugin* forcewire_get_plugin() { \
    return forcewire::ManyBodyPlugin<Potential>::get(#Potential);              \
  }
