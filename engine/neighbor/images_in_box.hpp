#pragma once

#include <Eigen/Core>
#include <Eigen/LU>
#include <array>
#include <cmath>
#include <cstdint>

#include "engine/geometry/cell.hpp"
#include "engine/neighbor/spatial_order.hpp"

namespace forcewire {

/// A box whose faces are perpendicular to x, y and z [bohr].
struct Box {
  Eigen::Vector3d low;
  Eigen::Vector3d high;

  bool holds(const Eigen::Vector3d& point) const {
    return (point.array() >= low.array()).all() && (point.array() <= high.array()).all();
  }

  /// The box with `distance` [bohr] more on all sides along each axis.
  Box grown(const Eigen::Vector3d& distance) const { return {low - distance, high + distance}; }
};

/// `position`, moved by `shift` lattice vectors [bohr].
inline Eigen::Vector3d moved(const Cell& cell, const Eigen::Vector3d& position,
                             const Shift& shift) {
  return position + cell.matrix() * Eigen::Vector3d(shift[0], shift[1], shift[2]);
}

/// The periodic images of points that lie in a box.
class ImagesInBox {
 public:
  /// Boxes are a little larger than what they hold: rounding loses no image.
  static constexpr double margin = 1e-6;

  ImagesInBox(const Cell& cell, const Box& box);

  /// How many a point has on average: images fill the box as densely as the cells fill space; along
  /// open axes there is one.
  double average() const;

  /// How many cells the box spans along the axis where it spans most.
  double cells_across() const;

  /// How many rows of cells along c `of` looks at for a point, at most. In a cell that is very
  /// skewed this is far more than there are images.
  double rows() const;

  /// Calls `visit(shift)` for each image of a point at `position`.
  template <typename Visit>
  void of(const Eigen::Vector3d& position, const Visit& visit) const {
    const std::array<Range, 3> range = shifts_near_box(position);
    Shift shift{};
    for (shift[0] = range[0].first; shift[0] <= range[0].last; ++shift[0]) {
      for (shift[1] = range[1].first; shift[1] <= range[1].last; ++shift[1]) {
        // In a skewed cell few of the last shifts meet the box; only these are looked at.
        const Range last =
            shifts_along_c(moved(cell_, position, {shift[0], shift[1], 0}), range[2]);
        for (shift[2] = last.first; shift[2] <= last.last; ++shift[2]) {
          if (box_.holds(moved(cell_, position, shift))) visit(shift);
        }
      }
    }
  }

 private:
  /// Whole numbers from `first` to `last`.
  struct Range {
    std::int32_t first;
    std::int32_t last;
  };

  std::array<Range, 3> shifts_near_box(const Eigen::Vector3d& position) const;
  Range shifts_along_c(const Eigen::Vector3d& position, Range within) const;

  const Cell& cell_;
  Box box_;
  // In fractional coordinates the box is within center -+ half along each axis.
  Eigen::Array3d center_;
  Eigen::Array3d half_;
};

}  // namespace forcewire
