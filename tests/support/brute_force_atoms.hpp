#pragma once

#include <Eigen/Core>
#include <Eigen/LU>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "engine/potentials/many_body_potential.hpp"

namespace forcewire {

/// Atoms in a cell that repeats along all axes. Lengths in bohr.
struct Crystal {
  Eigen::Matrix3d cell;                    ///< rows = lattice vectors
  std::vector<Eigen::Vector3d> positions;  ///< in the cell, or not far from it
  std::vector<std::int32_t> species;
};

/// What a many-body potential says, in atomic units, forces on ghosts given to the atoms that they
/// are images of.
struct Evaluation {
  double energy = 0;
  std::vector<Eigen::Vector3d> forces;
  Eigen::Matrix3d virial = Eigen::Matrix3d::Zero();
};

/// The AtomSystem of a rank that owns some atoms of a crystal, from every pair of atoms there is.
class BruteForceAtoms {
 public:
  /// @param owned which atoms
  BruteForceAtoms(const Crystal& crystal, const std::vector<std::size_t>& owned,
                  const ManyBodyPotential& potential)
      : owned_(owned.size()) {
    for (const std::size_t atom : owned) add(crystal, atom, {0, 0, 0});
    const Eigen::Vector3d heights =
        crystal.cell.inverse().transpose().rowwise().norm().cwiseInverse();
    std::array<int, 3> most{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      most[axis] = static_cast<int>(
          std::ceil(potential.cutoff() / heights[static_cast<Eigen::Index>(axis)] + 1));
    }
    for (std::size_t atom = 0; atom < crystal.positions.size(); ++atom) {
      const bool is_owned = std::ranges::find(owned, atom) != owned.end();
      for (int a = -most[0]; a <= most[0]; ++a) {
        for (int b = -most[1]; b <= most[1]; ++b) {
          for (int c = -most[2]; c <= most[2]; ++c) {
            if (is_owned && a == 0 && b == 0 && c == 0) continue;
            add(crystal, atom, {a, b, c});
            if (!is_near_an_owned_one(size() - 1, potential.cutoff())) remove_last();
          }
        }
      }
    }
    for (const AtomListKind& kind : potential.atom_lists()) make_list(kind);
    for (const List& list : lists_) rows_.push_back({list.begin, list.neighbor});
  }

  AtomSystem system() const { return {owned_, positions_, species_, index_, shift_, rows_}; }
  std::size_t size() const { return species_.size(); }

 private:
  struct List {
    std::vector<std::size_t> begin{0};
    std::vector<std::int32_t> neighbor;
  };

  Eigen::Vector3d position(std::size_t atom) const {
    return Eigen::Map<const Eigen::Vector3d>(&positions_[3 * atom]);
  }

  void add(const Crystal& crystal, std::size_t atom, const std::array<std::int32_t, 3>& shift) {
    const Eigen::Vector3d lattice_vector =
        crystal.cell.transpose() * Eigen::Vector3d(shift[0], shift[1], shift[2]);
    const Eigen::Vector3d place = crystal.positions[atom] + lattice_vector;
    positions_.insert(positions_.end(), place.begin(), place.end());
    species_.push_back(crystal.species[atom]);
    index_.push_back(static_cast<std::int32_t>(atom));
    shift_.push_back(shift);
  }

  void remove_last() {
    positions_.resize(positions_.size() - 3);
    species_.pop_back();
    index_.pop_back();
    shift_.pop_back();
  }

  bool is_near_an_owned_one(std::size_t atom, double cutoff) const {
    for (std::size_t i = 0; i < owned_; ++i) {
      if ((position(i) - position(atom)).norm() < cutoff) return true;
    }
    return false;
  }

  void make_list(const AtomListKind& kind) {
    // Lists may have more than is asked for.
    const double longer = 1.1 * kind.cutoff;
    List list;
    for (std::size_t i = 0; i < (kind.with_ghosts ? size() : owned_); ++i) {
      for (std::size_t j = kind.half ? i + 1 : 0; j < size(); ++j) {
        if (j == i || (position(i) - position(j)).norm() >= longer) continue;
        list.neighbor.push_back(static_cast<std::int32_t>(j));
      }
      list.begin.push_back(list.neighbor.size());
    }
    lists_.push_back(std::move(list));
  }

  std::size_t owned_;
  std::vector<double> positions_;
  std::vector<std::int32_t> species_;
  std::vector<std::int32_t> index_;
  std::vector<std::array<std::int32_t, 3>> shift_;
  std::vector<List> lists_;
  std::vector<AtomRows> rows_;
};

/// As if on `ranks` ranks, each of which owns a run of atoms.
inline Evaluation evaluate(ManyBodyPotential& potential, const Crystal& crystal,
                           std::size_t ranks = 1) {
  const std::size_t natoms = crystal.positions.size();
  Evaluation all;
  all.forces.assign(natoms, Eigen::Vector3d::Zero());
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    std::vector<std::size_t> owned;
    for (std::size_t i = rank * natoms / ranks; i < (rank + 1) * natoms / ranks; ++i) {
      owned.push_back(i);
    }
    const BruteForceAtoms atoms(crystal, owned, potential);
    std::vector<double> forces(3 * atoms.size(), 0.0);
    const AtomSystem system = atoms.system();
    const LocalSums sums = potential.compute_atoms(system, forces);
    all.energy += sums.energy;
    all.virial += sums.virial;
    for (std::size_t i = 0; i < atoms.size(); ++i) {
      all.forces[static_cast<std::size_t>(system.index[i])] +=
          Eigen::Map<const Eigen::Vector3d>(&forces[3 * i]);
    }
  }
  return all;
}

}  // namespace forcewire
