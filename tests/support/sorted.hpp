#pragma once

#include <bit>
#include <cstddef>
#include <vector>

#include "engine/neighbor/spatial_order.hpp"
#include "engine/neighbor/verlet_list.hpp"
#include "support/structures.hpp"

namespace forcewire {

/// The spatial order of a structure, sorted by one rank, with the memory it lives in.
class Sorted {
 public:
  Sorted(const Cell& cell, std::span<const double> positions)
      : memory_(SpatialOrder::bytes_needed(positions.size() / 3, 1)) {
    check_coordinates(cell, positions, 0);
    order_.sort(cell, positions, {}, memory_, [] {});
  }

  const SpatialOrder& order() const { return order_; }

 private:
  std::vector<std::byte> memory_;
  SpatialOrder order_;
};

/// Builds `list` for a part of the atoms.
inline void rebuild(VerletList& list, const Configuration& structure, Part part = {},
                    std::span<const int> mates = {}) {
  const Cell cell(structure.cell);
  list.rebuild(cell, structure.positions, structure.species,
               Sorted(cell, structure.positions).order(), part, mates);
}

/// The atom in slot `index` of the clusters of `system`.
struct Slot {
  Slot(const LocalSystem& system, std::size_t index) {
    const double* x = &system.atoms[index / system.width * 4 * system.width + index % system.width];
    position = {x[0], x[system.width], x[2 * system.width]};
    species = std::bit_cast<std::int64_t>(x[3 * system.width]);
  }
  bool is_padding() const { return position.cwiseAbs().maxCoeff() > 1e15; }

  Eigen::Vector3d position;
  std::int64_t species;
};

/// The force on the atom in slot `index`, of what a potential has written for `system`.
inline Eigen::Vector3d force_in_slot(const LocalSystem& system, std::span<const double> forces,
                                     std::size_t index) {
  const double* x = &forces[force_offset(index, system.width)];
  return {x[0], x[system.width], x[2 * system.width]};
}

/// Calls `visit(i, j, is_ghost)` for each pair of slots of `system` that a kernel computes: i is
/// owned, j may be an image; a pair once, padding left out.
template <typename Visit>
void for_each_pair(const LocalSystem& system, const Visit& visit) {
  const auto atoms_of_row = [&](const NeighborRows& rows, std::size_t i, bool is_ghost) {
    for (std::size_t at = rows.begin[i]; at < rows.begin[i + 1]; ++at) {
      const std::size_t first = static_cast<std::size_t>(rows.cluster[at]) * system.width;
      for (std::size_t j = first; j < first + system.width; ++j) {
        if (!Slot(system, j).is_padding()) visit(i, j, is_ghost);
      }
    }
  };
  for (std::size_t i = 0; i < system.owned_clusters * system.width; ++i) {
    if (Slot(system, i).is_padding()) continue;
    for (std::size_t j = i + 1; j % system.width != 0; ++j) {
      if (!Slot(system, j).is_padding()) visit(i, j, false);
    }
    atoms_of_row(system.owned_rows, i, false);
    atoms_of_row(system.ghost_rows, i, true);
  }
}

}  // namespace forcewire
