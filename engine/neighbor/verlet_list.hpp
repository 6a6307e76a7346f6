#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/geometry/cell.hpp"
#include "engine/kernels/local_system.hpp"
#include "engine/neighbor/atom_lists.hpp"
#include "engine/neighbor/fast_atoms.hpp"
#include "engine/neighbor/local_atoms.hpp"
#include "engine/neighbor/skin.hpp"

namespace forcewire {

/// A rank's neighbour list with a skin: built once, it serves until atoms have moved too far.
///
/// When may it serve? Let F be the deformation of the cell since the build and d_i how far atom i
/// is from where F alone would have carried it, modulo lattice vectors. A pair now within the
/// cutoff was within |F^-1| (cutoff + 2 max d) of each other, so it is in the list if that is at
/// most cutoff + skin. In a constant cell this is Verlet's rule, max d <= skin / 2 (L. Verlet,
/// Phys. Rev. 159, 98 (1967)); a cell that only breathes wears the list out no faster than its
/// strain.
///
/// A few fast atoms would decide for all. So d_i may be up to (skin + slack) / 2 of atoms for which
/// it is found out that no pair is missing: in a constant cell, see FastAtoms.
class VerletList {
 public:
  /// @param cutoff positive [bohr]
  /// @param kinds lists of single atoms that are wanted instead of rows of clusters, none longer
  ///        than the cutoff
  VerletList(double cutoff, const Skin& skin, std::vector<AtomListKind> kinds = {});

  /// Does a list serve, as far as the atoms tell that a rank owns?
  enum class Serves {
    no,
    perhaps,  ///< some are fast: if all ranks say this or yes, `lists_all_pairs` on each must tell
    yes,
  };

  /// Brings the local atoms to `positions`, unless it says no: then no atom is taken to have been
  /// there.
  /// @return if it is not yes on all ranks, nor `lists_all_pairs` true, all must rebuild
  Serves refresh(const Cell& cell, std::span<const double> positions);

  /// After a `refresh` that did not say no on any rank: is no pair of this rank within the cutoff
  /// that may not be in the list? Also false when it is not worth finding out.
  bool lists_all_pairs() { return fast_atoms_.miss_no_pair(atoms_, limits()); }

  /// Takes back a `refresh` that did not say no, when the list does not serve on all ranks: it
  /// counts as if it had not been.
  void undo_refresh() { atoms_.undo_refresh(); }

  /// Would `refresh` say yes? Rounding apart; changes nothing, and costs little where it would
  /// not.
  bool may_serve(const Cell& cell, std::span<const double> positions) const;

  /// Are owned atoms, a sample of them if there are many, within `distance` [bohr] of where they
  /// were when the list last served or was built, deformation of the cell taken off, modulo lattice
  /// vectors?
  bool is_near(const Cell& cell, std::span<const double> positions, double distance) const;

  /// Builds the list anew for this rank's part of the atoms; the same arguments, other than
  /// `part.index`, on all ranks.
  /// @param order of these positions
  /// @param mates see LocalAtoms::select
  /// @throws InvalidStructure as LocalAtoms::select does, or when atoms are so crowded that their
  ///         pairs are too many
  void rebuild(const Cell& cell, std::span<const double> positions,
               std::span<const std::int32_t> species, const SpatialOrder& order, Part part,
               std::span<const int> mates = {});

  /// Forgets the list: the next `refresh` says no.
  void discard() { built_for_.reset(); }

  /// The skin of the list [bohr].
  double skin() const { return skin_.width(); }

  /// Lets the skin of the next list follow from how long this one lasted; see Skin::adapt.
  void adapt_skin(std::int64_t requests) { skin_.adapt(requests); }

  /// Takes another skin, from the next `rebuild` on.
  void set_skin(const Skin& skin) { skin_ = skin; }

  /// Is there a list: built, and not discarded since?
  bool exists() const { return built_for_.has_value(); }

  /// Memory that the list holds, a discarded one included.
  std::size_t bytes() const;

  /// Atoms and neighbours after the last successful `refresh` or `rebuild`.
  LocalSystem system() const;

  /// Slots of a cluster.
  std::size_t width() const { return atoms_.width(); }

  /// Index in the request of the atom in each slot of the owned clusters, or LocalAtoms::padding.
  std::span<const std::int32_t> owned() const { return atoms_.owned(); }

  /// The owned slot behind each slot of an image, or LocalAtoms::padding.
  std::span<const std::int32_t> imaged() const { return atoms_.imaged(); }

  /// See LocalAtoms.
  std::span<const LocalAtoms::Guest> guests() const { return atoms_.guests(); }
  std::span<const std::int32_t> slot_by_place() const { return atoms_.slot_by_place(); }

  /// Gives the forces on images to the owned atoms that they are images of.
  /// @param forces as LocalSystem::force_numbers says
  void fold_images(std::span<double> forces) const { atoms_.fold_images(forces); }

 private:
  struct Reference {
    Cell cell;
    std::size_t coordinates;  // how many
    Part part;
  };

  /// Is there a list of as many atoms, with the same axes periodic?
  bool is_alike(const Cell& cell, std::span<const double> positions) const;
  /// Can this rank's share of the coordinates be resolved? The share, for all ranks have a say in
  /// whether the list serves. (A refresh sees to it by itself.)
  bool resolves_share(std::span<const double> positions) const;
  /// How far owned atoms may have moved [bohr]; if not positive, the deformation of the cell alone
  /// is too much.
  double largest_motion(const Cell& cell) const;
  FastAtoms::Limits limits() const;
  bool is_by_atom() const { return !atom_lists_.kinds().empty(); }
  void fill_rows();
  void fill_rows_of_column(const LocalAtoms::Column& column);

  double cutoff_;
  double shortest_cutoff_;  // of lists of single atoms; otherwise the cutoff
  Skin skin_;
  double list_cutoff_ = 0;  // of the list that there is
  std::optional<Reference> built_for_;
  LocalAtoms atoms_;
  FastAtoms fast_atoms_;
  AtomLists atom_lists_;

  /// Rows that grow while they are filled.
  struct Rows {
    std::size_t slots = 0;  // there will be a row for each
    std::vector<std::size_t> begin;
    std::vector<std::int32_t> cluster;

    NeighborRows view() const;
    void add(const SearchedClusters& clusters, std::size_t width, std::int32_t self,
             std::span<const IndexRange> candidates, double radius_squared,
             std::vector<std::int32_t>& scratch);
  };
  Rows owned_rows_;
  Rows ghost_rows_;
  std::vector<std::int32_t> scratch_;  // for the search; kept for its memory
};

}  // namespace forcewire
