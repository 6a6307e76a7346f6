#pragma once

#include <cstddef>

namespace forcewire {

class Potential;

/// From how many atoms on it pays to have more ranks: waking them and waiting for each other has
/// its price, whatever there is to do.
struct FewestAtoms {
  std::size_t shared = 0;  ///< of a structure that a second rank has a part in
  std::size_t each = 0;    ///< that twice as many ranks of a node must save each rank
  std::size_t each_of_several_nodes = 0;  ///< that twice as many nodes must save each rank
  /// Where there are several nodes: what it takes to bring an atom there, and its force back, in
  /// units of what it takes to compute it.
  double sent = 0;
};

/// Those for a model, by its guess at what an atom costs: the same in every run.
FewestAtoms fewest_atoms(const Potential& potential);

}  // namespace forcewire
