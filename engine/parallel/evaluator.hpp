#pragma once

#include <mpi.h>

#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/geometry/cell.hpp"
#include "engine/parallel/communicator.hpp"
#include "engine/parallel/evaluator_options.hpp"
#include "engine/parallel/evaluator_statistics.hpp"
#include "engine/parallel/node_arrays.hpp"
#include "engine/parallel/piecewise_sum.hpp"
#include "engine/parallel/rank_report.hpp"
#include "engine/parallel/structure_forces.hpp"
#include "engine/parallel/team.hpp"
#include "engine/parallel/teams.hpp"
#include "engine/potentials/errors.hpp"
#include "engine/potentials/potential.hpp"

namespace forcewire {

/// One arrangement of atoms in a cell: what a server asks about.
struct Structure {
  Eigen::Matrix3d cell;               ///< rows = lattice vectors [bohr]; a zero row = not periodic
  std::span<const double> positions;  ///< 3 natoms, x y z of each atom in turn [bohr]
};

/// Energy, forces and virial of a structure.
struct Result {
  double energy = 0;  ///< [hartree]
  std::span<const double>
      forces;  ///< 3 natoms [hartree/bohr]; valid until the next `evaluate` or `positions`
  Eigen::Matrix3d virial = Eigen::Matrix3d::Zero();  ///< minus the strain derivative [hartree]
  std::string extras;                                ///< JSON, or empty
};

/// Computes forces on the ranks of a communicator: on as many of them as a structure is worth.
///
/// The root (rank 0) calls `positions`, `evaluate` and at last `release`; every other rank calls
/// `serve`, which returns after `release`. Positions and forces live in memory that the ranks of a
/// node share: on one node nothing large is ever copied.
///
/// Ranks that have no part in structures of this size are not told of them: those of the *gathered*
/// team wait for orders of their own, and all others for the next order to everybody, which is to
/// gather another team, as a rule.
///
/// Between nodes, positions and forces go in pieces if there are many: positions while the root
/// still gets the rest of them (`share`), forces while it already passes others on
/// (`evaluate_in_pieces`). Whoever has no use for that need not know of it.
///
/// A failure on any rank is a failure of the evaluation, not of the evaluator: see StructureForces.
/// The root throws it.
class Evaluator {
 public:
  /// @throws ModelError, on all ranks, when the potential cannot join them
  /// @throws std::invalid_argument when results are to be reproducible, and the potential cannot
  ///         give such; see ReproduciblePairs::why_not
  /// @collective
  Evaluator(const Communicator& world, std::unique_ptr<Potential> potential,
            EvaluatorOptions options);

  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  bool is_root() const { return world().is_root(); }
  int rank_count() const { return world().size(); }
  /// Root: how many ranks compute so many atoms, if they are the next. @see FewestAtoms
  int ranks_for(std::size_t natoms) const {
    return teams_.shape(teams_.number_for(natoms, last_team_)).ranks;
  }
  int node_count() const { return teams_.all().nodes.node_count(); }
  const Potential& potential() const { return forces_.potential(); }

  /// Root: storage of `count` coordinates in the memory the ranks of this node share. A structure
  /// whose positions lie there is evaluated without a copy. The storage stays the same while
  /// `count` does not grow.
  /// @throws PotentialFailure of kind memory when there is too little
  std::span<double> positions(std::size_t count);

  /// Root: the first `count` of the coordinates that `positions` was called for are there, and will
  /// not change before they are evaluated. They may go to other nodes now.
  /// @return at how many the next call is of use; all of them: at none
  std::size_t share(std::size_t count);

  /// Root: energy, forces and virial of `structure`.
  ///
  /// @throws PotentialFailure on bad numbers in (non-finite positions, singular cell, wrong number
  ///         of atoms) or out, or when any rank threw: then with text and kind of the first that
  ///         did. The evaluator can be used again afterwards
  Result evaluate(const Structure& structure);

  /// Root: the same, but some forces may be on their way from other nodes still: see
  /// `await_forces`. All else is there.
  Result evaluate_in_pieces(const Structure& structure);

  /// Root: waits until the first `count` of the last forces are there.
  /// @return how many are
  std::size_t await_forces(std::size_t count);

  /// All other ranks: works for the root until it calls `release`.
  /// @return the status that `release` handed over
  int serve();

  /// Root: lets the other ranks return from `serve`, who all get `status`.
  /// @return what each rank has to tell; of the root alone if others do not answer within seconds:
  ///         somebody may have stopped them
  std::vector<RankReport> release(int status);

  const EvaluatorStatistics& statistics() const { return statistics_; }

 private:
  enum class Order : std::int64_t { gather, grow, share, evaluate, release };

  /// What the root tells the gathered team to do.
  struct Command {
    Order order;
    std::int64_t number;                // of coordinates; of a team; of `release`, the status
    std::int64_t shared = 0;            // so many of the coordinates went before
    std::array<double, 9> cell_rows{};  // of `evaluate`
  };

  const Communicator& world() const { return teams_.all().ranks; }
  Team& gathered() { return *teams_.find(gathered_number_); }
  std::unique_ptr<Team> make_team(Communicator ranks, NodeLayout nodes) const;
  Team& team_for(std::size_t count);
  Command announce(Command command);
  void gather(std::size_t team);
  void join(std::size_t team);
  std::span<double> storage(std::size_t count);
  std::optional<PotentialFailure> grow(std::size_t count);
  void end_pieces();
  StructureForces::Outcome work(Team& team, const Cell& cell, std::size_t count,
                                std::size_t shared);
  void share_positions(Team& team, std::size_t count, std::size_t shared);
  void count_positions(const Team& team, std::size_t count);
  std::vector<RankReport> report() const;
  Cell cell_of(const Eigen::Matrix3d& rows) const;
  void check_structure(const Structure& structure) const;
  void check_periodicity(const Cell& cell) const;
  void add_tail(const Cell& cell, std::size_t natoms, Result& result);

  EvaluatorOptions options_;
  EvaluatorStatistics statistics_;
  NodeArrays arrays_;
  StructureForces forces_;
  Teams teams_;
  std::size_t gathered_number_;
  MPI_Comm world_handle_;                     // for the potential
  std::size_t last_team_ = 0;                 // that computed, but for the root alone; 0: none
  std::size_t expected_ = 0;                  // coordinates, after `positions`
  Team* receivers_ = nullptr;                 // who gets them piece by piece, if anybody does
  PiecewiseSum force_sum_;                    // over nodes; the leaders'
  std::vector<std::int64_t> species_totals_;  // atoms of each species
};

}  // namespace forcewire
