#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/neighbor/verlet_list.hpp"
#include "engine/parallel/attempt.hpp"
#include "engine/parallel/communicator.hpp"
#include "engine/parallel/shared_array.hpp"

namespace forcewire {

/// Brings forces on guests to the ranks that own these atoms.
///
/// Ranks of a node share out their pairs: each is computed once, by the rank of one of its atoms,
/// where the other atom is a guest (see LocalAtoms). Each rank has a region of shared memory for
/// the forces on its guests, and takes from those of the others what is meant for its own atoms.
/// It does so in the order of the ranks: sums come out the same every time.
///
/// Guests that another node owns, which many-body potentials have, are taken by one rank of this
/// node each, who adds them to the forces of the node: the sum over nodes brings them home.
class ForceExchange {
 public:
  /// What a list exchanges on this rank.
  struct Routes {
    /// The force on a guest of another rank, and the slot it is for.
    struct Received {
      std::int32_t mate;
      std::int32_t guest;  // in the order of the mate's region
      std::int32_t slot;
    };

    std::vector<std::int32_t> sent;  // slots of guests, in the order of the region
    std::vector<Received> received;
    std::vector<Received> foreign;  // of other nodes' atoms: `slot` is the index in the request
  };

  /// @param node those of the `ranks` that share memory, kept by reference
  /// @collective over `ranks`
  ForceExchange(const Communicator& ranks, const Communicator& node);

  /// The ranks of this node, by their number among all `ranks`: as parts they are mates.
  std::span<const int> mates() const { return mates_; }

  /// Finds the routes for a list that has been built, unless `attempt` has failed: then this rank
  /// sends and gets nothing. What fails here is noted there.
  /// @param atoms in the order for which it was built, by index in the request
  /// @param part this rank's
  /// @collective over the node
  Routes open(const VerletList& list, std::span<const std::int32_t> atoms, Part part,
              Attempt& attempt);

  /// Sends forces on guests, and adds those of the other ranks to the forces on owned atoms. Before
  /// the next call to this or `open` all ranks of the node must have met: some may still read.
  /// @param forces as LocalSystem::force_numbers says, of clusters of `width` slots; empty where
  ///        there are none because something failed: the others get zeros
  /// @param node_forces x y z of all atoms: those on atoms of other nodes are added
  /// @collective over the node
  void exchange(const Routes& routes, std::size_t width, std::span<double> forces,
                std::span<double> node_forces);

  /// Of the forces on atoms of other nodes, looks at those that `exchange` has added here. Nobody
  /// else does: the nodes that own these atoms see but their own share before the sum.
  /// @throws PotentialFailure when one of them is no number
  static void check_foreign(const Routes& routes, std::span<const double> node_forces);

 private:
  std::size_t header() const { return mates_.size() + 1; }
  std::size_t region_size() const { return header() + 3 * capacity_; }
  std::vector<double> sort_guests(std::span<const LocalAtoms::Guest> guests, std::size_t natoms,
                                  Part part, std::vector<std::int32_t>& slots) const;
  std::size_t taker(std::size_t place, std::size_t natoms, Part part) const;
  void find_received(const VerletList& list, std::span<const std::int32_t> atoms, Part part,
                     Routes& routes) const;
  void make_room(std::size_t guests);
  std::span<double> region(std::size_t rank) const;
  void wait_for_all() const;

  const Communicator& node_;
  std::vector<int> mates_;
  std::size_t capacity_ = 0;  // guests of a rank
  SharedArray<double> memory_;
};

}  // namespace forcewire
