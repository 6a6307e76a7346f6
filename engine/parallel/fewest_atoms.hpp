#pragma once

#include <cstddef>

#include "engine/potentials/potential.hpp"

namespace forcewire {

/// From how many atoms on it pays to have more ranks: waking them and waiting for each other has
/// its price, whatever there is to do.
struct FewestAtoms {
  std::size_t shared = 0;                 ///< of a structure that a second rank has a part in
  std::size_t each = 0;                   ///< of each rank where one node is enough
  std::size_t each_of_several_nodes = 0;  ///< of each rank where it is not
};

/// Those for a model, by its guess at what an atom costs: the same in every run.
FewestAtoms fewest_atoms(const Potential& potential);

}  // namespace forcewire
