#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/kernels/local_system.hpp"
#include "engine/neighbor/spatial_order.hpp"

namespace forcewire {

/// Atom `atom` of the request, moved by `shift` lattice vectors to `place` [bohr].
struct PlacedAtom {
  Eigen::Vector3d place;
  std::int32_t atom;
  std::int32_t column;
  Shift shift;
  std::int32_t order;  ///< its place in the spatial order
};

/// Atoms in columns of space along z, cut into clusters: consecutive atoms of a column, sorted by
/// z.
///
/// Each kind of atoms is sorted and then cut, one kind after the other: its clusters follow those
/// of the kinds before it. All of them are arrivals of one array, in the order of the kinds.
class ColumnClusters {
 public:
  /// Begins anew: no clusters.
  /// @param width how many atoms a full one has
  void clear(std::size_t width);

  /// Sorts a kind, instead of what was sorted and not cut.
  /// @param arrivals of this kind those from index `first` on, in columns 0 to `columns` - 1
  void sort(std::span<const PlacedAtom> arrivals, std::size_t first, std::int32_t columns);

  // Of the kind that was sorted last:

  std::size_t columns() const { return begin_.size() - 1; }

  /// z of the lowest atom in a column that has some, and of the highest [bohr].
  double lowest(std::size_t column) const { return sorted(begin_[column]).z; }
  double highest(std::size_t column) const { return sorted(begin_[column + 1] - 1).z; }

  /// The edge of columns with which clusters would be about as wide as high, but with enough atoms
  /// in a column for a cluster.
  /// @param edge that they have now [bohr]
  double fitting_edge(double edge) const;

  /// Cuts a column into clusters, full ones, but none across a gap wider than `widest_gap` [bohr].
  /// @return these clusters
  IndexRange cut(std::size_t column, double widest_gap);

  // Of all that have been cut:

  /// How many clusters.
  std::size_t size() const { return members_.size(); }

  std::int32_t atom_count(std::size_t cluster) const {
    return members_[cluster].end - members_[cluster].begin;
  }

  /// Index of the arrival that is atom `lane` of a cluster.
  std::size_t arrival(std::size_t cluster, std::int32_t lane) const {
    return static_cast<std::size_t>(sorted(members_[cluster].begin + lane).arrival);
  }

  /// Memory that is held.
  std::size_t bytes() const;

 private:
  /// An arrival on its way into a column.
  struct Sorted {
    double z;
    std::int32_t arrival;
  };

  const Sorted& sorted(std::int32_t at) const { return sorted_[static_cast<std::size_t>(at)]; }

  std::int32_t width_ = 0;
  std::vector<Sorted> sorted_;       // each kind by column and z
  std::vector<std::int32_t> begin_;  // of each column in sorted_, and the end of the last
  std::vector<IndexRange> members_;  // of each cluster, in sorted_
  std::vector<std::int32_t> floor_;  // for the sort; kept for its memory
  std::vector<std::int32_t> next_;   // the same
};

}  // namespace forcewire
