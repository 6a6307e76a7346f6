#pragma once

#include <span>

#include "engine/kernels/local_sums.hpp"
#include "engine/neighbor/verlet_list.hpp"
#include "engine/parallel/attempt.hpp"
#include "engine/parallel/communicator.hpp"
#include "engine/potentials/guarded_forces.hpp"
#include "engine/potentials/potential.hpp"

namespace forcewire {

/// The forces that a rank computes, by slot of its list, until they are written to where all ranks
/// of the node have theirs.
class LocalForces {
 public:
  /// Has `potential` compute them, unless `attempt` has failed or there is no list. What fails here
  /// is noted there; then forces and sums mean nothing.
  /// @param ranks that compute together
  /// @return this rank's share of energy and virial
  /// @collective over `ranks` when the potential is
  LocalSums compute(Potential& potential, const VerletList& list, const Communicator& ranks,
                    Attempt& attempt);

  /// Those of the last `compute`, as LocalSystem::force_numbers says; those on images are in those
  /// on owned atoms, too.
  std::span<double> by_slot() { return forces_.numbers(); }

  /// Writes those on owned atoms into x y z of all atoms of the request.
  /// @throws PotentialFailure when one of them is no number
  void write(const VerletList& list, std::span<double> all_forces);

 private:
  GuardedForces forces_;
};

}  // namespace forcewire
