#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/geometry/cell.hpp"

namespace forcewire {

/// Atom indices sorted so that a contiguous run of them fills a compact region of space.
///
/// The region that holds the atoms is halved again and again across its longest edge; the sequence
/// of sides an atom falls on is its sort key. That is Morton's order, with axes taken as the shape
/// of the region asks for. One counting sort: linear in the number of atoms. The same input gives
/// the same order on every rank.
///
/// Along each axis the region is the extent of the atoms; of a periodic one, all but its longest
/// empty stretch, wherever that is, if it takes a quarter or more: halving the vacuum around a drop
/// or a slab would tell no atoms apart, and a slab whose lowest layer is wrapped to the top of the
/// cell is still one slab.
///
/// @param positions 3 natoms, finite [bohr]; wrapped or not
std::vector<std::int32_t> spatial_order(const Cell& cell, std::span<const double> positions);

}  // namespace forcewire
