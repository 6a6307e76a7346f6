#include "engine/neighbor/images_in_box.hpp"

#include <algorithm>

namespace forcewire {

ImagesInBox::ImagesInBox(const Cell& cell, const Box& box)
    : cell_(cell),
      box_(box),
      center_(cell.inverse() * (box.low + box.high) / 2),
      half_((cell.inverse().cwiseAbs() * (box.high - box.low) / 2).array() * (1 + margin) +
            margin) {}

double ImagesInBox::average() const {
  double images = (box_.high - box_.low).prod() / std::abs(cell_.matrix().determinant());
  for (int axis = 0; axis < 3; ++axis) {
    if (!cell_.periodic()[static_cast<std::size_t>(axis)]) images /= 2 * half_[axis];
  }
  return images;
}

double ImagesInBox::cells_across() const {
  double most = 0;
  for (int axis = 0; axis < 3; ++axis) {
    if (cell_.periodic()[static_cast<std::size_t>(axis)]) most = std::max(most, 2 * half_[axis]);
  }
  return most;
}

double ImagesInBox::rows() const {
  double rows = 1;
  for (int axis = 0; axis < 2; ++axis) {
    if (cell_.periodic()[static_cast<std::size_t>(axis)]) rows *= 2 * half_[axis] + 1;
  }
  return rows;
}

std::array<ImagesInBox::Range, 3> ImagesInBox::shifts_near_box(
    const Eigen::Vector3d& position) const {
  const Eigen::Array3d s = cell_.inverse() * position;
  std::array<Range, 3> range{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (!cell_.periodic()[axis]) continue;
    const int a = static_cast<int>(axis);
    range[axis] = {static_cast<std::int32_t>(std::ceil(center_[a] - half_[a] - s[a])),
                   static_cast<std::int32_t>(std::floor(center_[a] + half_[a] - s[a]))};
  }
  return range;
}

/// Those `within` for which position + shift * c is in the box, as a first guess: rounding is left
/// to the caller.
ImagesInBox::Range ImagesInBox::shifts_along_c(const Eigen::Vector3d& position,
                                               Range within) const {
  const Eigen::Vector3d step = cell_.matrix().col(2);
  double first = within.first;
  double last = within.last;
  for (int axis = 0; axis < 3; ++axis) {
    if (step[axis] == 0) continue;
    const auto [enter, leave] = std::minmax({(box_.low[axis] - position[axis]) / step[axis],
                                             (box_.high[axis] - position[axis]) / step[axis]});
    first = std::max(first, std::ceil(enter - margin));
    last = std::min(last, std::floor(leave + margin));
  }
  if (first > last) return {0, -1};
  return {static_cast<std::int32_t>(first), static_cast<std::int32_t>(last)};
}

}  // namespace forcewire
