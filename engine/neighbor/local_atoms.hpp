#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/geometry/cell.hpp"
#include "engine/kernels/search_kernel.hpp"
#include "engine/kernels/simd.hpp"
#include "engine/neighbor/column_clusters.hpp"
#include "engine/neighbor/column_table.hpp"
#include "engine/neighbor/images_in_box.hpp"
#include "engine/neighbor/part.hpp"
#include "engine/neighbor/slot_atoms.hpp"
#include "engine/neighbor/spatial_order.hpp"

namespace forcewire {

/// The atoms one rank works with, in clusters: those it owns, and the images and ghosts that these
/// can see; see LocalSystem.
///
/// Owned atoms are a contiguous run of the spatial order. There are as many images and ghosts as
/// the reach needs, with their positions written out, so that whoever uses them knows nothing of
/// periodicity.
///
/// Space is cut into columns along z, about as wide as a cluster is high. Clusters are consecutive
/// atoms of a column, sorted by z; each kind apart. (A column per cluster, cut from sorted atoms:
/// S. Pall and B. Hess, Comput. Phys. Commun. 184, 2641 (2013).)
class LocalAtoms {
 public:
  /// What is in a column, clusters sorted by z, and which columns are within reach of it.
  struct Column {
    IndexRange owned{0, 0};   ///< clusters
    IndexRange images{0, 0};  ///< clusters
    IndexRange ghosts{0, 0};  ///< clusters
    IndexRange around{0, 0};  ///< entries of `columns_around`; none where no atom is owned
  };

  /// An atom of another part among the images: the force on it is to be brought to its owner.
  struct Guest {
    std::size_t place;  ///< of the atom, in the spatial order
    std::int32_t slot;  ///< where it is here
  };

  /// Which of the other atoms are images.
  enum class Images {
    for_pairs,  ///< those with whom pairs are computed here, as LocalSystem says
    all,        ///< all of them, those of other nodes, too, as guests: there are no ghosts
  };

  /// Chooses owned atoms, images and ghosts anew, and takes their positions.
  ///
  /// @param mates other parts with whom pairs are shared out: one of the two parts computes a pair,
  ///        and has the other one's atom as a guest. Of all others' atoms there are ghosts
  /// @param positions that check_coordinates has passed, and `order` was made for [bohr]
  /// @param species of each atom; empty: all are species 0
  /// @param reach how far an owned atom sees [bohr]
  /// @throws InvalidStructure when the reach covers too many periodic images
  void select(const Cell& cell, std::span<const double> positions,
              std::span<const std::int32_t> species, double reach, const SpatialOrder& order,
              Part part, std::span<const int> mates = {}, Images images = Images::for_pairs);

  /// Brings all local atoms to `positions`, whatever lattice vectors the server has added since.
  /// @return square of how far the farthest owned atom is from where it was at `select`,
  ///         deformation of the cell taken off [bohr^2]; infinite if that cannot be told
  double refresh(const Cell& cell, std::span<const double> positions);

  /// Takes the last `refresh` back: all atoms are where they were before it. Not twice in a row.
  void undo_refresh() { slots_.undo_refresh(); }

  /// What `refresh` would return but for rounding; changes nothing, and ends at the first atom that
  /// is too far.
  bool within_since_select(const Cell& cell, std::span<const double> positions, double limit) const;

  /// The same, of the distances from where owned atoms are now; of a thousand atoms or so.
  bool sample_within_since_refresh(const Cell& cell, std::span<const double> positions,
                                   double limit) const;

  /// How many pairs an owned atom and another one make that are in columns within reach of each
  /// other, and within `reach` [bohr] along z if a column's atoms are evenly spread there: within a
  /// small factor those that a list holds, and found in no time.
  double likely_pairs(double reach) const;

  /// Memory that is held, in use or not.
  std::size_t bytes() const;

  static constexpr std::int32_t padding = SlotAtoms::padding;

  /// Index in the request of the atom in each slot of the owned clusters, or `padding`.
  std::span<const std::int32_t> owned() const { return owned_; }

  /// The slot of the owned atom of which there is an image, for each slot of the clusters of
  /// images, or `padding`; that also for a guest.
  std::span<const std::int32_t> imaged() const { return imaged_; }

  std::span<const Guest> guests() const { return guests_; }

  /// Of `Images::all`, by slot of the clusters of images: lattice vectors between an image and the
  /// same atom where it is owned. Those of padding mean nothing.
  std::span<const Shift> image_shifts() const { return image_shifts_; }

  /// Index in the request of the atom in each slot of all clusters; of padding, that of another.
  std::int32_t atom(std::size_t slot) const { return slots_.atom(slot); }

  /// The slot of each owned atom, by its place in the spatial order from the first owned one on.
  std::span<const std::int32_t> slot_by_place() const { return slot_by_place_; }

  /// Gives the forces on images to the owned atoms that they are images of.
  /// @param forces as LocalSystem::force_numbers says; those on images are left as they are
  void fold_images(std::span<double> forces) const;

  std::size_t width() const { return width_; }
  std::size_t owned_clusters() const { return owned_.size() / width_; }
  std::size_t image_clusters() const { return imaged_.size() / width_; }
  std::size_t clusters() const { return slots_.size() / width_; }
  std::span<const double> atoms() const { return slots_.atoms(); }  ///< as LocalSystem has them

  /// Where they were at the last `select`.
  std::span<const double> selected_atoms() const { return slots_.settled(); }

  const Box& owned_box() const { return box_; }  ///< around the owned atoms at the last `select`

  /// Calls `visit(column)` for the columns of which a point is within `reach` [bohr] of x, y along
  /// each axis; for some of them up to four times.
  template <typename Visit>
  void visit_columns_near(double x, double y, double reach, const Visit& visit) const {
    const double edge = table_.edge();
    const auto steps = static_cast<int>(std::ceil(2 * reach / edge));
    for (int i = 0; i <= steps; ++i) {
      for (int j = 0; j <= steps; ++j) {
        const std::int32_t column = table_.find(x + std::min(i * edge - reach, reach),
                                                y + std::min(j * edge - reach, reach));
        if (column != ColumnTable::none) visit(columns_[static_cast<std::size_t>(column)]);
      }
    }
  }

  std::span<const Column> columns() const { return columns_; }
  std::span<const std::int32_t> columns_around() const { return columns_around_; }

  /// Atoms, and the box around each cluster at the last `select`.
  SearchedClusters searched() const;

 private:
  /// Where along a column images and ghosts matter.
  struct Window {
    double low;
    double high;
  };

  void select_owned(const Cell& cell, std::span<const double> positions, double reach,
                    const SpatialOrder& order, Part part, std::span<const int> mates,
                    Images images);
  std::vector<Window> open_windows(double reach);
  void select_others(const Cell& cell, std::span<const double> positions, double reach,
                     const SpatialOrder& order, Part part, std::span<const int> mates,
                     Images images, std::span<const Window> windows);
  void note_image_shifts(const Cell& cell, std::span<const double> positions,
                         const SpatialOrder& order);
  void cut_into_clusters(IndexRange Column::*range);
  void take(const Cell& cell, std::span<const double> positions,
            std::span<const std::int32_t> species);
  void note_slot(std::size_t slot, const PlacedAtom& arrival);
  void bound_clusters();

  std::size_t width_ = largest_cluster;
  ColumnTable table_;
  std::vector<Column> columns_;
  std::vector<std::int32_t> columns_around_;
  Box box_;                           // around the owned atoms
  std::vector<PlacedAtom> arrivals_;  // owned atoms, then images, then ghosts
  std::vector<PlacedAtom> ghosts_;    // kept for its memory
  ColumnClusters clusters_;           // of arrivals
  std::vector<std::int32_t> owned_;
  std::vector<std::int32_t> imaged_;
  std::vector<Guest> guests_;
  std::vector<Shift> image_shifts_;
  std::vector<std::int32_t> slot_by_place_;
  SlotAtoms slots_;

  // By cluster; see SearchedClusters.
  std::vector<std::int32_t> atom_count_;
  std::array<std::vector<double>, 3> low_;
  std::array<std::vector<double>, 3> high_;
};

}  // namespace forcewire
