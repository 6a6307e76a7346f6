#pragma once

#include <Eigen/Core>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/geometry/periodicity.hpp"
#include "engine/parallel/communicator.hpp"
#include "engine/potentials/potential.hpp"

namespace forcewire {

/// One arrangement of atoms in a cell: what a server asks about.
struct Structure {
  Eigen::Matrix3d cell;               ///< rows = lattice vectors [bohr]; a zero row = not periodic
  std::span<const double> positions;  ///< 3 natoms, x y z of each atom in turn [bohr]
  std::int64_t replica = 0;           ///< requests of one replica follow each other smoothly
};

/// Energy, forces and virial of a structure.
struct Result {
  double energy = 0;               ///< [hartree]
  std::span<const double> forces;  ///< 3 natoms [hartree/bohr]; valid until the next evaluation
  Eigen::Matrix3d virial = Eigen::Matrix3d::Zero();  ///< minus the strain derivative [hartree]
  std::string extras;              ///< JSON, or empty
};

/// Where an evaluator's wall time went on this rank, and how often lists were rebuilt.
struct EvaluatorStatistics {
  std::int64_t evaluations = 0;
  std::int64_t rebuilds = 0;
  std::int64_t atoms = 0;  ///< summed over evaluations
  std::chrono::nanoseconds sharing{};
  std::chrono::nanoseconds neighbor_lists{};
  std::chrono::nanoseconds forces{};
  std::chrono::nanoseconds reducing{};
};

struct EvaluatorOptions {
  Periodicity periodicity;              ///< which axes are periodic; default: by the lattice vectors
  std::vector<std::int32_t> species;    ///< of each atom; empty = all of species 0
  std::optional<double> skin;           ///< [bohr]; default: chosen from the cutoff
  int pretended_nodes = 0;              ///< split the ranks into this many nodes; 0 = the real ones
};

/// Computes forces on all ranks of a communicator.
///
/// The root (rank 0) calls `positions`, `evaluate` and at last `release`; every other rank calls
/// `serve`, which returns after `release`.
class Evaluator {
 public:
  /// @collective
  Evaluator(const Communicator& world, std::unique_ptr<Potential> potential, EvaluatorOptions options);
  ~Evaluator();
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  bool is_root() const;

  /// Root: storage of `count` coordinates in the memory the ranks of this node share. A structure
  /// whose positions lie there is evaluated without a copy.
  /// @throws std::bad_alloc on no memory
  std::span<double> positions(std::size_t count);

  /// Root: energy, forces and virial of `structure`.
  ///
  /// @throws PotentialFailure on bad numbers in (non-finite positions, singular cell, wrong number
  ///         of atoms) or out, or when any rank threw; the evaluator can be used again afterwards
  Result evaluate(const Structure& structure);

  /// All other ranks: works for the root until it calls `release`.
  void serve();

  /// Root: lets the other ranks return from `serve`, who all get `status`.
  void release(int status = 0);

  /// The status that `release` handed over.
  int status() const;

  const EvaluatorStatistics& statistics() const;
};

}  // namespace forcewire
