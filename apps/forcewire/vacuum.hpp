#pragma once

#include <Eigen/Core>
#include <optional>
#include <span>
#include <string>

#include "engine/geometry/cell.hpp"
#include "engine/geometry/periodicity.hpp"
#include "engine/parallel/evaluator.hpp"
#include "engine/potentials/potential.hpp"

namespace forcewire {

/// For each axis, the widest space without an atom between two planes of the lattice [bohr], images
/// included; along an axis that is not periodic, zero.
/// @param positions 3 per atom, finite, at least one atom [bohr]
Eigen::Vector3d widest_gaps(std::span<const double> positions, const Cell& cell);

/// The server's protocol has a cell and no word for "this axis is not periodic", and some servers,
/// ASE among them, send the cell around a molecule or slab all the same. As long as the images are
/// out of each other's sight this changes nothing but the tail correction, which takes the vacuum
/// for a liquid.
///
/// @return what to warn of, if the axes were left to `auto` and the first structure looks like it
std::optional<std::string> vacuum_warning(const Structure& structure,
                                          const Periodicity& periodicity,
                                          const Potential& potential);

}  // namespace forcewire
