#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/geometry/cell.hpp"
#include "engine/kernels/local_system.hpp"
#include "engine/kernels/search_kernel.hpp"
#include "engine/neighbor/bin_table.hpp"

namespace forcewire {

/// Which share of the atoms a rank owns: part `index` of `count`.
struct Part {
  int index = 0;
  int count = 1;
};

/// Are all coordinates finite, and small enough to tell atoms apart? Modulo lattice vectors, one of
/// 1e300 bohr is as good as no movement. LocalAtoms::select throws where this is false.
bool can_be_resolved(std::span<const double> coordinates);

/// The atoms one rank works with: those it owns and the ghosts that these can see.
///
/// Owned atoms are a contiguous run of the spatial order. A ghost is any other atom, or any
/// periodic image of any atom (an owned one included), in a bin next to an owned atom's: as many
/// images as the reach needs, with their positions written out, so that whoever uses them knows
/// nothing of periodicity. Local indices count owned atoms first, then ghosts, each sorted by bin;
/// last comes one atom that is far from everything.
class LocalAtoms {
 public:
  /// Chooses owned atoms and ghosts anew, and takes their positions.
  ///
  /// @param reach how far an owned atom sees [bohr]
  /// @param species of each atom; empty: all are species 0
  /// @throws InvalidStructure when a coordinate is not finite or too large to be resolved, or when
  ///         the reach covers too many periodic images
  void select(const Cell& cell, std::span<const double> positions,
              std::span<const std::int32_t> species, double reach, Part part);

  /// Brings all local atoms to `positions`, whatever lattice vectors the server has added since.
  /// @return whether every owned atom is within `limit` [bohr] of where it was at `select`,
  ///         deformation of the cell taken off
  bool refresh(const Cell& cell, std::span<const double> positions, double limit);

  /// Takes the last `refresh` back: all atoms are where they were before it. Not twice in a row.
  void undo_refresh();

  /// What `refresh` would return but for rounding; changes nothing, and ends at the first atom that
  /// is too far.
  bool within_since_select(const Cell& cell, std::span<const double> positions, double limit) const;

  /// The same, of the distances from where owned atoms are now.
  bool within_since_refresh(const Cell& cell, std::span<const double> positions,
                            double limit) const;

  /// Memory that is held, in use or not.
  std::size_t bytes() const;

  std::span<const PackedAtom> atoms() const { return {atoms_.data(), size_ + 1}; }
  std::size_t size() const { return size_; }  ///< owned atoms and ghosts
  std::size_t owned_count() const { return owned_.size(); }
  std::span<const std::int32_t> owned() const { return owned_; }  ///< index of each in the request
  std::int32_t far_atom() const { return static_cast<std::int32_t>(size_); }

  const BinTable& bins() const { return bins_; }
  /// Local indices of owned atoms and of ghosts in each bin; there may be more bins than entries.
  const std::vector<IndexRange>& owned_in_bin() const { return owned_in_bin_; }
  const std::vector<IndexRange>& ghosts_in_bin() const { return ghosts_in_bin_; }

 private:
  /// Atom `atom` of the request, moved by `shift` lattice vectors, in `bin`.
  struct Image {
    std::int32_t atom;
    std::int32_t bin;
    std::array<std::int32_t, 3> shift;
  };

  std::vector<IndexRange> sort_by_bin(std::size_t first);
  void select_owned(const Cell& cell, std::span<const double> positions, Part part);
  void bin_owned(const Eigen::Vector3d& origin, double edge,
                 std::span<const Eigen::Vector3d> places);
  void select_ghosts(const Cell& cell, std::span<const double> positions, double reach);
  void take(const Cell& cell, std::span<const double> positions,
            std::span<const std::int32_t> species);

  BinTable bins_{Eigen::Vector3d::Zero(), 1};
  std::vector<IndexRange> owned_in_bin_;
  std::vector<IndexRange> ghosts_in_bin_;
  std::vector<Image> images_;    // owned atoms, then ghosts
  std::vector<Image> unsorted_;  // for the sort; kept for its memory
  std::vector<std::int32_t> owned_;
  std::size_t size_ = 0;
  std::vector<PackedAtom> atoms_;
  Eigen::Matrix3d inverse_cell_ = Eigen::Matrix3d::Identity();  // of the last refresh

  // What undo_refresh brings back.
  std::vector<PackedAtom> atoms_before_;
  Eigen::Matrix3d inverse_cell_before_ = Eigen::Matrix3d::Identity();

  // What a refresh reads, by local index; see LocalSources.
  std::vector<std::int64_t> source_;
  std::vector<std::int64_t> species_;
  std::array<std::vector<double>, 3> shift_;
  std::array<std::vector<double>, 3> reference_;
};

}  // namespace forcewire
