#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <iosfwd>
#include <random>
#include <string>
#include <vector>

#include "engine/parallel/evaluator.hpp"

// Structures to try the engine on. All lengths are in bohr; the same seed gives the same structure.

namespace forcewire {

/// A structure that owns its atoms.
struct Configuration {
  std::string name;
  Eigen::Matrix3d cell = Eigen::Matrix3d::Zero();  ///< rows = lattice vectors; zero = not periodic
  std::vector<double> positions;                   ///< 3 natoms
  std::vector<std::int32_t> species;               ///< of each atom; empty = all of species 0

  std::size_t natoms() const { return positions.size() / 3; }
  Eigen::Vector3d position(std::size_t atom) const;
  void add(const Eigen::Vector3d& position);

  /// A view, for `Evaluator::evaluate`.
  Structure structure() const { return {cell, positions}; }
};

/// Name, cell and size, for messages of failed tests.
std::ostream& operator<<(std::ostream& out, const Configuration& configuration);

using Random = std::mt19937_64;

/// Cells of a cubic lattice constant `a`, repeated, each atom displaced by up to `rattle` along
/// each axis.
Configuration fcc(double a, const Eigen::Vector3i& repeats, double rattle, Random& random);

/// `fcc` at reduced density 0.8442 (next to the triple point), rattled so far that nothing is left
/// of the crystal's symmetry, but no two atoms are closer than 0.7 sigma.
Configuration liquid(double sigma, int repeats, Random& random);

/// Up to `natoms` atoms at random places, at least `min_distance` apart (images further than the
/// next cell are not looked at). Along axes that are not periodic they spread over `extent`.
Configuration gas(const Eigen::Matrix3d& cell, std::size_t natoms, double min_distance,
                  double extent, Random& random);

/// Moves each atom by whole lattice vectors, up to `boxes` along each one.
void wrap_at_random(Configuration& configuration, int boxes, Random& random);

/// Brings each atom into the cell, as servers do.
void wrap_into_cell(Configuration& configuration);

/// Moves each atom by up to `step` along each axis.
void displace(Configuration& configuration, double step, Random& random);

/// Strains cell and atoms together: x becomes x (1 + strain), x a row vector.
void strain(Configuration& configuration, const Eigen::Matrix3d& strain);

/// Gives each atom a random species below `species_count`.
void mix_species(Configuration& configuration, int species_count, Random& random);

/// One of each kind that an i-PI or ASE user has: liquid, crystal, molecule, slab (each axis can be
/// the open one), wire, triclinic, left-handed, cells smaller than the cutoff, one atom, atoms many
/// cells away, a drop with evaporated atoms. At most a few hundred atoms each.
std::vector<Configuration> all_kinds(double sigma);

}  // namespace forcewire
