#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "engine/neighbor/verlet_list.hpp"
#include "support/models.hpp"
#include "support/reference.hpp"
#include "support/sorted.hpp"
#include "support/structures.hpp"

// The pairs that a list has, and those that it should have.

namespace forcewire {

using Serves = VerletList::Serves;

inline Serves refresh(VerletList& list, const Configuration& structure) {
  return list.refresh(Cell(structure.cell), structure.positions);
}

inline constexpr double cutoff = 16;
inline constexpr double skin = 2.5;

/// Distances from an atom to its neighbours, in order.
using Distances = std::vector<double>;

/// The atom in each slot of owned atoms, images and guests.
inline std::vector<std::size_t> atoms_by_slot(const VerletList& list,
                                              const Configuration& structure) {
  const std::size_t owned = list.owned().size();
  std::vector<std::size_t> result(owned + list.imaged().size());
  const auto copy = [&](std::size_t slot, std::int32_t atom) {
    if (atom != LocalAtoms::padding) result[slot] = static_cast<std::size_t>(atom);
  };
  for (std::size_t slot = 0; slot < owned; ++slot) copy(slot, list.owned()[slot]);
  for (std::size_t image = 0; image < list.imaged().size(); ++image) {
    const std::int32_t slot = list.imaged()[image];
    if (slot != LocalAtoms::padding) {
      copy(owned + image, list.owned()[static_cast<std::size_t>(slot)]);
    }
  }
  const Sorted sorted(Cell(structure.cell), structure.positions);
  for (const LocalAtoms::Guest& guest : list.guests()) {
    copy(static_cast<std::size_t>(guest.slot), sorted.order().atoms()[guest.place]);
  }
  return result;
}

/// By atom, those of the list within `radius`; checks the layout of the rows on the way.
/// @param built_for the structure of the list
inline std::vector<Distances> listed(const VerletList& list, const Configuration& built_for,
                                     double radius) {
  const std::size_t natoms = built_for.natoms();
  const std::vector<std::size_t> atoms = atoms_by_slot(list, built_for);
  const LocalSystem system = list.system();
  std::vector<Distances> result(natoms);
  const std::size_t slots = system.owned_clusters * system.width;
  EXPECT_EQ(slots, list.owned().size());
  for (const NeighborRows& rows : {system.owned_rows, system.ghost_rows}) {
    EXPECT_EQ(rows.begin.size(), slots + 1);
    EXPECT_EQ(rows.begin.back(), rows.cluster.size());
  }
  for (std::size_t slot = 0; slot < slots; ++slot) {
    EXPECT_EQ(list.owned()[slot] == LocalAtoms::padding, Slot(system, slot).is_padding());
  }
  const std::size_t first_ghost = slots + list.imaged().size();
  EXPECT_EQ(3 * first_ghost, system.force_numbers());
  std::set<std::pair<std::size_t, std::size_t>> seen;
  for_each_pair(system, [&](std::size_t i, std::size_t j, bool is_ghost) {
    EXPECT_EQ(is_ghost, j >= first_ghost);
    EXPECT_TRUE(seen.insert({std::min(i, j), std::max(i, j)}).second) << "twice";
    const double distance = (Slot(system, i).position - Slot(system, j).position).norm();
    if (!(distance < radius)) return;
    result[static_cast<std::size_t>(list.owned()[i])].push_back(distance);
    if (!is_ghost) result[atoms[j]].push_back(distance);
  });
  for (Distances& distances : result) std::sort(distances.begin(), distances.end());
  return result;
}

/// The same by brute force.
inline std::vector<Distances> expected(const Configuration& structure, double radius) {
  const ReferenceModel model(ReferencePair{1, 1, radius});
  std::vector<Distances> result(structure.natoms());
  for (const ImagePair& pair : image_pairs(model, structure.cell, structure.positions, {})) {
    const Eigen::Vector3d r = structure.position(pair.j) - structure.position(pair.i) +
                              structure.cell.transpose() * pair.shift.cast<double>();
    result[pair.i].push_back(r.norm());
    result[pair.j].push_back(r.norm());
  }
  for (Distances& distances : result) std::sort(distances.begin(), distances.end());
  return result;
}

inline void expect_equal(const std::vector<Distances>& actual, const std::vector<Distances>& wanted,
                         const Configuration& structure) {
  double largest = 1;
  for (const double x : structure.positions) largest = std::max(largest, std::abs(x));
  for (std::size_t atom = 0; atom < wanted.size(); ++atom) {
    ASSERT_EQ(actual[atom].size(), wanted[atom].size()) << "atom " << atom << " of " << structure;
    for (std::size_t at = 0; at < wanted[atom].size(); ++at) {
      ASSERT_NEAR(actual[atom][at], wanted[atom][at], 1e-14 * largest) << "atom " << atom;
    }
  }
}

}  // namespace forcewire
