#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/kernels/atom_system.hpp"
#include "engine/kernels/local_sums.hpp"
#include "engine/kernels/local_system.hpp"

namespace forcewire {

/// What pairs beyond the cutoff add on average to a fully periodic system.
struct TailCorrection {
  double energy = 0;           ///< [hartree]
  double virial_diagonal = 0;  ///< added to each diagonal element of the virial [hartree]
};

/// How atoms interact: everything the engine needs to know of a model.
class Potential {
 public:
  virtual ~Potential() = default;

  /// Atoms farther apart than this do not see each other [bohr].
  virtual double cutoff() const = 0;

  /// Lists of single atoms that it needs, none longer than the cutoff; none: it takes clusters. The
  /// same for ever. See ManyBodyPotential.
  virtual std::vector<AtomListKind> atom_lists() const { return {}; }

  /// About how long one atom takes on one core [us]. A guess, and nothing that is measured: what
  /// depends on it is to be the same in every run.
  virtual double microseconds_per_atom() const;

  /// Called once on each rank before anything is computed, with a communicator of all of them.
  /// @param mpi_communicator points to a communicator of MPI that lives as long as this
  virtual void join(const void* mpi_communicator);

  /// Does `compute` communicate? Then all ranks call it, or none.
  virtual bool is_collective() const { return false; }

  /// Called on each rank before `compute` with the same system. What may fail on one rank alone,
  /// such as to get memory, belongs here: if it throws on any rank, none calls the `compute` of a
  /// potential that communicates.
  virtual void prepare(const LocalSystem& system);

  /// Forces on the owned atoms and images of `system`, and this rank's share of energy and
  /// virial.
  ///
  /// @param forces as LocalSystem::force_numbers says; overwritten, those of padding are ignored;
  ///        aligned to 64 bytes [hartree/bohr]
  virtual LocalSums compute(const LocalSystem& system, std::span<double> forces) = 0;

  /// More that the last `compute` found out, as JSON objects: `{"dipole": [0, 0, 1]}`; or nothing.
  /// Asked on the root.
  virtual std::string extras() const { return {}; }

  /// Is the virial there? If not, `compute` leaves it at zero.
  virtual bool has_virial() const { return true; }

  /// The tail correction of a fully periodic system of `volume` [bohr^3] with `count[s]` atoms of
  /// species s. Asked on the root, and only when all three axes are periodic.
  virtual TailCorrection tail(std::span<const std::int64_t> count, double volume) const;

  /// Why the model demands three periodic axes (a sentence for the user), if it does.
  virtual std::optional<std::string> why_fully_periodic() const;

  /// Number of species; species indices of atoms are below it.
  virtual int species_count() const = 0;

  /// Parameters for the echo at start, label and value with units.
  virtual std::vector<std::pair<std::string, std::string>> description() const = 0;

  /// Energy of two atoms of species `a` and `b` at distance `r` < cutoff [bohr], by the textbook
  /// formula, for checks; nothing when the model is no pair potential.
  virtual std::optional<double> pair_energy(int a, int b, double r) const;
};

/// What building a list costs, in units of forces that are computed without a skin: see Skin.
double list_build_cost(const Potential& potential);

/// How many of `natoms` atoms are of each species that `potential` knows.
/// @param species of each atom; empty: all of species 0
std::vector<std::int64_t> atoms_of_each_species(const Potential& potential,
                                                std::span<const std::int32_t> species,
                                                std::size_t natoms);

}  // namespace forcewire
