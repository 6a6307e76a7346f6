#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/geometry/cell.hpp"
#include "engine/kernels/local_system.hpp"
#include "engine/neighbor/local_atoms.hpp"

namespace forcewire {

/// A rank's neighbour list with a skin: built once, it serves until atoms have moved too far.
///
/// When may it serve? Let F be the deformation of the cell since the build and d_i how far atom i
/// is from where F alone would have carried it, modulo lattice vectors. A pair now within the
/// cutoff was within |F^-1| (cutoff + 2 max d) of each other, so it is in the list if that is at
/// most cutoff + skin. In a constant cell this is Verlet's rule, max d <= skin / 2 (L. Verlet,
/// Phys. Rev. 159, 98 (1967)); a cell that only breathes wears the list out no faster than its
/// strain.
class VerletList {
 public:
  /// @param cutoff and @param skin [bohr], both positive
  VerletList(double cutoff, double skin);

  /// Brings the local atoms to `positions`.
  /// @return whether the list serves for the atoms this rank owns; if it does not on any rank, all
  ///         must rebuild
  bool refresh(const Cell& cell, std::span<const double> positions);

  /// Builds the list anew for this rank's part of the atoms; the same arguments, other than
  /// `part.index`, on all ranks.
  /// @throws InvalidStructure as LocalAtoms::select does
  void rebuild(const Cell& cell, std::span<const double> positions,
               std::span<const std::int32_t> species, Part part);

  /// Forgets the list: the next `refresh` says false.
  void discard() { built_for_.reset(); }

  /// Atoms and neighbours after the last successful `refresh` or `rebuild`.
  LocalSystem system() const;

  /// Index in the request of each owned atom.
  std::span<const std::int32_t> owned() const { return atoms_.owned(); }

 private:
  struct Reference {
    Cell cell;
    std::size_t coordinates;  // how many
  };

  void fill_rows();

  double cutoff_;
  double list_cutoff_;
  std::optional<Reference> built_for_;
  LocalAtoms atoms_;
  std::array<std::vector<double>, 3> coordinates_;  // for the search; kept for its memory
  std::vector<std::size_t> row_begin_;
  std::vector<std::int32_t> index_;  // grows, never shrinks; row_begin_.back() are in use
};

}  // namespace forcewire
