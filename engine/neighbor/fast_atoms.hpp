#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/kernels/local_system.hpp"
#include "engine/neighbor/local_atoms.hpp"

namespace forcewire {

/// Finds out whether a list still has all pairs though a few atoms have moved far.
///
/// Let d_i be how far atom i is from where it was when the list was built, in a cell that is still
/// the same, and an atom be fast when d_i > skin / 2. A pair within the cutoff that is not in the
/// list was farther apart than cutoff + skin then, so one of its atoms is fast, and it is enough to
/// look at the neighbours of fast atoms: whether one that is within the cutoff now was beyond the
/// list's cutoff then.
///
/// Each pair is looked at where it would be computed: a fast owned atom with all local atoms near
/// it, and a fast image or guest with the owned ones. (A fast ghost is looked at where it is
/// owned.) Atoms that are not local there were farther than cutoff + skin + slack from the owned
/// ones, and are beyond the cutoff as long as no d_i is more than (skin + slack) / 2.
class FastAtoms {
 public:
  struct Limits {
    double cutoff;       ///< [bohr]
    double list_cutoff;  ///< pairs up to here were listed [bohr]
    double slow_motion;  ///< an atom that has moved farther is fast: skin / 2 [bohr]
    double motion;       ///< no atom has moved farther: (skin + slack) / 2 [bohr]
  };

  /// Sees to it that `miss_no_pair` need not allocate.
  void make_room(const LocalAtoms& atoms);

  /// Is there surely no such pair? False also where too many atoms are fast to look at each.
  bool miss_no_pair(const LocalAtoms& atoms, const Limits& limits);

  /// Memory that is held.
  std::size_t bytes() const;

 private:
  bool misses_pair_of(const LocalAtoms& atoms, std::int32_t slot, const Limits& limits);
  void add_candidates(const LocalAtoms& atoms, const double* point, double reach,
                      IndexRange clusters);

  std::vector<std::int32_t> fast_;        // slots
  std::vector<std::int32_t> candidates_;  // clusters
};

}  // namespace forcewire
