#pragma once

#include "engine/geometry/cell.hpp"

namespace forcewire {

/// The same lattice with lattice vectors as short as they can be, if those of `cell` are much
/// longer than the cell is high; otherwise `cell` itself, to the last bit.
///
/// A cell that is sheared on and on, as a flowing liquid's, is still that of a crystal that has one
/// near to a box. Forces, energy and virial are the same in both; but in the skewed one an atom has
/// its neighbours in very many rows of cells.
///
/// The periodic axes are those of `cell`. What the server has rounded in long vectors, short ones
/// have lost: after a shear by 1e6 they have ten correct digits.
Cell reduced_if_skewed(const Cell& cell);

}  // namespace forcewire
