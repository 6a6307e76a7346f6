#pragma once

#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "engine/geometry/cell.hpp"
#include "engine/geometry/coordinates.hpp"
#include "engine/neighbor/part.hpp"

namespace forcewire {

/// Lattice vectors to add to a position.
using Shift = std::array<std::int32_t, 3>;

/// Atoms sorted so that a contiguous run of them fills a compact region of space.
///
/// The region that holds the atoms is halved again and again across its longest edge; the sequence
/// of sides an atom falls on is its sort key. That is Morton's order, with axes taken as the shape
/// of the region asks for. Atoms of one key are a *box*: about two dozen atoms, more from two
/// million atoms on, by their index. One counting sort, linear in the number of atoms, and shared
/// by all who sort: the result is the same however many they are.
///
/// Along each axis the region is the extent of the atoms; of a periodic one, all but its longest
/// empty stretch, wherever that is, if it takes a quarter or more: halving the vacuum around a drop
/// or a slab would tell no atoms apart, and a slab whose lowest layer is wrapped to the top of the
/// cell is still one slab.
class SpatialOrder {
 public:
  /// Waits until all who sort are there.
  using Barrier = std::function<void()>;

  /// Atoms with the same key, by their place in the order, and a box that holds them when each is
  /// `home` [bohr].
  struct BoxedAtoms {
    std::size_t begin;
    std::size_t end;
    Eigen::Vector3d low;
    Eigen::Vector3d high;
  };

  /// Memory that `sorters` need together for `natoms`.
  static std::size_t bytes_needed(std::size_t natoms, int sorters);

  /// Sorts anew, each of the sorters its part. Throws only what `barrier` throws.
  ///
  /// @param positions 3 natoms that check_coordinates has passed [bohr]; wrapped or not
  /// @param memory shared by all sorters, `bytes_needed` or more, aligned for doubles; the order
  ///        lives there until the next sort
  /// @collective over the sorters
  void sort(const Cell& cell, std::span<const double> positions, Part sorter,
            std::span<std::byte> memory, const Barrier& barrier);

  /// All atoms, by index in the request.
  std::span<const std::int32_t> atoms() const { return atoms_; }

  std::size_t box_count() const { return box_begin_.size() - 1; }
  bool is_empty(std::size_t index) const { return box_begin_[index] == box_begin_[index + 1]; }
  BoxedAtoms box(const Cell& cell, std::size_t index) const;

  /// The lattice vectors that bring an atom at `position` home: into the cell that begins where the
  /// region does.
  Shift home(const Cell& cell, const Eigen::Vector3d& position) const {
    const Eigen::Array3d s = (cell.inverse() * position).array() - begin_;
    Shift shift{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (!cell.periodic()[axis]) continue;
      shift[axis] = -static_cast<std::int32_t>(whole(s[static_cast<int>(axis)]));
    }
    return shift;
  }

 private:
  static constexpr int most_bits = 16;  // of a key: each sorter has 2^bits counters
  static constexpr int most_axis_bits = 12;

  /// Sides of an axis as a part of the key, by the number of the box along it.
  using SpreadBits = std::array<std::uint32_t, std::size_t{1} << most_axis_bits>;

  struct Extent;
  struct Memory;

  void measure(const Cell& cell, std::span<const double> positions, Part sorter, Extent& extent);
  void choose_keys(const Cell& cell, std::size_t natoms, std::span<const Extent> extents);
  std::uint32_t key(const Eigen::Array3d& coordinates) const;

  std::span<std::int32_t> atoms_;
  std::span<std::int32_t> box_begin_;

  // The region, in fractional coordinates.
  Eigen::Array3d begin_;
  Eigen::Array3d length_;
  Eigen::Array3d boxes_per_length_;
  // Which axis each bit of the key halves, the highest bit first.
  std::array<std::uint8_t, most_bits> halved_{};
  int bits_ = 0;
  // Boxes along each axis, and their bits of the key.
  std::array<std::size_t, 3> axis_boxes_{};
  std::array<SpreadBits, 3> spread_;
};

}  // namespace forcewire
