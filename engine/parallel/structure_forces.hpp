#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "engine/geometry/cell.hpp"
#include "engine/geometry/position_grid.hpp"
#include "engine/neighbor/spatial_order.hpp"
#include "engine/parallel/attempt.hpp"
#include "engine/parallel/communicator.hpp"
#include "engine/parallel/evaluator_options.hpp"
#include "engine/parallel/evaluator_statistics.hpp"
#include "engine/parallel/local_forces.hpp"
#include "engine/parallel/node_arrays.hpp"
#include "engine/parallel/team.hpp"
#include "engine/potentials/errors.hpp"
#include "engine/potentials/potential.hpp"
#include "engine/potentials/reproducible_pairs.hpp"

namespace forcewire {

/// Has the ranks of a team compute a structure whose positions each of their nodes has: finds or
/// builds lists, computes, carries forces to the owners of atoms.
///
/// A failure on any rank is one of all: each notes what went wrong, and they meet in the final
/// reduction.
class StructureForces {
 public:
  /// The same on all ranks of the team.
  struct Outcome {
    LocalSums sums;
    std::optional<PotentialFailure> failure;
  };

  /// All but `potential` is kept by reference.
  /// @throws std::invalid_argument when results are to be reproducible, and the potential cannot
  ///         give such; see ReproduciblePairs::why_not
  StructureForces(std::unique_ptr<Potential> potential, const EvaluatorOptions& options,
                  NodeArrays& arrays, EvaluatorStatistics& statistics);

  Potential& potential() { return *potential_; }
  const Potential& potential() const { return *potential_; }

  /// Empty ones, for this potential.
  ReplicaLists lists() const;

  /// Computes `count` / 3 atoms. Afterwards the forces of a node have those of its ranks' atoms.
  /// @collective over the team
  Outcome compute(Team& team, const Cell& cell, std::size_t count);

  /// For reproducible results, where atoms may be. Its cell is a little different from `cell`.
  PositionGrid grid(const Cell& cell) const;

 private:
  bool place_on_grid(const Team& team, const Cell& cell, const PositionGrid& grid,
                     std::size_t count, Attempt& attempt);
  Outcome compute_at(Team& team, const Cell& cell, std::span<const double> positions,
                     Attempt& attempt);
  void rebuild(Team& team, const Cell& cell, std::span<const double> positions, Attempt& attempt);
  void exchange_forces(Team& team, Attempt& attempt);
  Outcome reduce(const Team& team, const LocalSums& sums, const Attempt& attempt);
  LocalSums exact_sums(const Communicator& ranks);

  std::unique_ptr<Potential> potential_;
  ReproduciblePairs* reproducible_pairs_;  // the potential, if it is that
  const EvaluatorOptions& options_;
  NodeArrays& arrays_;
  EvaluatorStatistics& statistics_;
  SpatialOrder order_;  // of the last rebuild
  LocalForces local_forces_;
};

}  // namespace forcewire
