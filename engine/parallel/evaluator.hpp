#pragma once

#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/geometry/cell.hpp"
#include "engine/geometry/periodicity.hpp"
#include "engine/geometry/position_grid.hpp"
#include "engine/neighbor/replica_lists.hpp"
#include "engine/neighbor/spatial_order.hpp"
#include "engine/parallel/announcer.hpp"
#include "engine/parallel/attempt.hpp"
#include "engine/parallel/communicator.hpp"
#include "engine/parallel/evaluator_statistics.hpp"
#include "engine/parallel/force_exchange.hpp"
#include "engine/parallel/idle.hpp"
#include "engine/parallel/local_forces.hpp"
#include "engine/parallel/node_layout.hpp"
#include "engine/parallel/piecewise_sum.hpp"
#include "engine/parallel/position_pieces.hpp"
#include "engine/parallel/rank_report.hpp"
#include "engine/parallel/shared_array.hpp"
#include "engine/potentials/errors.hpp"
#include "engine/potentials/potential.hpp"
#include "engine/potentials/reproducible_pairs.hpp"

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

struct EvaluatorOptions {
  Periodicity periodicity;            ///< which axes are periodic; default: by the lattice vectors
  std::vector<std::int32_t> species;  ///< of each atom; empty = all of species 0
  std::optional<double> skin;         ///< of all lists [bohr]; default: see Skin
  int pretended_nodes = 0;            ///< split the ranks into this many nodes; 0 = the real ones
  Idle idle = Idle::automatic;        ///< how ranks wait for the root
  std::size_t fewest_shared = 0;      ///< smaller structures the root computes alone [atoms]
  /// Results are the same in every bit for any number of ranks and nodes, any lattice vectors added
  /// to positions, and whatever was evaluated before; for pair potentials. See ReproduciblePairs,
  /// and PositionGrid for how positions are rounded. (On CPUs of one kind: other instruction sets
  /// round otherwise.) Without it, a sequence of requests that is repeated on the same ranks has
  /// the same results: nothing in here is chosen by the clock.
  bool reproducible = false;
  /// Longer arrays go from node to node in pieces of so many numbers. A mebibyte: an order to all
  /// ranks, which each costs besides, takes little of the time in which a socket or a network moves
  /// so many bytes; and the one piece that overlaps with nothing is little of an array for which
  /// all this is worth while.
  std::size_t piece = (std::size_t{1} << 20) / sizeof(double);
};

/// Computes forces on all ranks of a communicator.
///
/// The root (rank 0) calls `positions`, `evaluate` and at last `release`; every other rank calls
/// `serve`, which returns after `release`. Positions and forces live in memory that the ranks of a
/// node share: on one node nothing large is ever copied.
///
/// Between nodes, positions and forces go in pieces if there are many: positions while the root
/// still gets the rest of them (`share`), forces while it already passes others on
/// (`evaluate_in_pieces`). Whoever has no use for that need not know of it.
///
/// A failure on any rank is a failure of the evaluation, not of the evaluator: each rank notes what
/// went wrong, all meet in the final reduction, and the root throws.
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

  bool is_root() const { return world_.is_root(); }
  int rank_count() const { return world_.size(); }
  int node_count() const { return nodes_.node_count(); }
  const Potential& potential() const { return *potential_; }

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
  enum class Order : std::int64_t { grow, share, evaluate, release };

  /// What the root tells all ranks to do.
  struct Command {
    Order order;
    std::int64_t number;                // of coordinates; of `release`, the status
    std::int64_t shared = 0;            // so many of the coordinates went before
    std::array<double, 9> cell_rows{};  // of `evaluate`
  };

  /// The same on all ranks.
  struct Outcome {
    LocalSums sums;
    std::optional<PotentialFailure> failure;
  };

  const Communicator& team(std::size_t count) const;
  const Communicator& team_on_node(std::size_t count) const;
  bool spans_nodes(std::size_t count) const;
  Command announce(Command command);
  std::span<double> storage(std::size_t count);
  std::optional<PotentialFailure> grow(std::size_t count);
  void release_arrays();
  void end_pieces();
  Outcome work(const Cell& cell, std::size_t count, std::size_t shared);
  void share_positions(std::size_t count, std::size_t shared);
  void count_positions(std::size_t count);
  std::vector<RankReport> report() const;
  PositionGrid grid(const Cell& cell) const;
  bool place_on_grid(const Cell& cell, const PositionGrid& grid, std::size_t count,
                     Attempt& attempt);
  Outcome compute(const Cell& cell, std::span<const double> positions, Attempt& attempt);
  void rebuild(ReplicaLists& lists, const Cell& cell, std::span<const double> positions,
               Attempt& attempt);
  void exchange_forces(const VerletList& list, Attempt& attempt);
  Outcome reduce(const LocalSums& sums, const Attempt& attempt, std::size_t count);
  LocalSums exact_sums(const Communicator& ranks);
  Cell cell_of(const Eigen::Matrix3d& rows) const;
  void check_structure(const Structure& structure) const;
  void check_periodicity(const Cell& cell) const;
  void add_tail(const Cell& cell, std::size_t natoms, Result& result);

  const Communicator& world_;
  MPI_Comm world_handle_;  // for the potential
  Communicator alone_;     // the root without the others
  NodeLayout nodes_;
  Announcer announcer_;
  PositionPieces pieces_;  // between nodes
  ForceExchange exchange_;
  std::vector<ForceExchange::Routes> routes_;  // by number of the list
  std::unique_ptr<Potential> potential_;
  ReproduciblePairs* reproducible_pairs_;  // the potential, if it is that
  EvaluatorOptions options_;
  std::vector<std::int64_t> species_totals_;  // atoms of each species
  ReplicaLists lists_;                        // of this rank's part of the atoms
  ReplicaLists alone_lists_;  // of all atoms; the root's, for what it computes alone
  SpatialOrder order_;        // of the last rebuild
  SharedArray<double> positions_;
  SharedArray<double> places_;  // on the grid; only for reproducible results
  SharedArray<double> forces_;
  SharedArray<std::byte> order_memory_;
  LocalForces local_forces_;
  PiecewiseSum force_sum_;  // over nodes; the leaders'
  EvaluatorStatistics statistics_;
};

}  // namespace forcewire
