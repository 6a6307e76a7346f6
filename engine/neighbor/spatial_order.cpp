#include "engine/neighbor/spatial_order.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace forcewire {

namespace {

constexpr std::size_t atoms_per_box = 4;  // a sort box; fine enough for neighbours to share a page
constexpr int most_bits = 24;             // of a key: the counting sort has 2^bits counters
constexpr int most_axis_bits = 12;        // of one axis: its table has 2^bits entries

// Of an axis. Whoever begins behind a gap has runs of atoms that the border of the cell cuts in
// two: not worth it for the gap between two layers of a crystal.
constexpr double smallest_vacuum = 0.25;

/// A part of an axis, in fractional coordinates; along a periodic one it may reach beyond 1.
struct Interval {
  double begin;
  double length;
};

/// The part of a periodic axis that is left without its longest stretch of empty space, if that is
/// a vacuum.
class OccupiedPart {
 public:
  /// @param s wrapped into [0, 1]
  void add(double s) {
    occupied_[std::min(static_cast<std::size_t>(s * slots), occupied_.size() - 1)] = true;
  }

  Interval interval() const {
    std::size_t longest = 0;
    std::size_t begin = 0;  // behind the longest stretch
    std::size_t empty = 0;  // up to here
    // Twice around, for the stretch that begins before 1 and ends after 0.
    for (std::size_t at = 0; at < 2 * occupied_.size(); ++at) {
      empty = occupied_[at % occupied_.size()] ? 0 : empty + 1;
      if (empty <= longest || empty > occupied_.size()) continue;
      longest = empty;
      begin = (at + 1) % occupied_.size();
    }
    if (static_cast<double>(longest) < smallest_vacuum * slots) return {0, 1};
    return {static_cast<double>(begin) / slots, 1 - static_cast<double>(longest) / slots};
  }

 private:
  static constexpr double slots = 1024;
  std::array<bool, static_cast<std::size_t>(slots)> occupied_{};
};

/// Fractional coordinates scaled to [0, 1] over the region that holds all atoms.
class UnitBox {
 public:
  UnitBox(const Cell& cell, std::span<const double> positions) : cell_(cell) {
    Eigen::Array3d low = Eigen::Array3d::Constant(std::numeric_limits<double>::infinity());
    Eigen::Array3d high = -low;
    std::array<OccupiedPart, 3> parts;
    for (std::size_t at = 0; at < positions.size(); at += 3) {
      const Eigen::Array3d s = wrapped(positions, at);
      low = low.min(s);
      high = high.max(s);
      for (std::size_t axis = 0; axis < 3; ++axis) {
        if (cell.periodic()[axis]) parts[axis].add(s[static_cast<int>(axis)]);
      }
    }
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const int a = static_cast<int>(axis);
      region_[axis] =
          cell.periodic()[axis] ? parts[axis].interval() : Interval{low[a], high[a] - low[a]};
    }
  }

  /// Edge lengths of the region [bohr].
  Eigen::Vector3d edge() const {
    Eigen::Vector3d edge = cell_.matrix().colwise().norm();
    for (std::size_t axis = 0; axis < 3; ++axis) {
      edge[static_cast<int>(axis)] *= region_[axis].length;
    }
    return edge;
  }

  Eigen::Array3d coordinates(std::span<const double> positions, std::size_t at) const {
    Eigen::Array3d s = wrapped(positions, at);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      double& x = s[static_cast<int>(axis)];
      x -= region_[axis].begin;
      if (cell_.periodic()[axis]) x -= std::floor(x);
      x *= region_[axis].length > 0 ? 1 / region_[axis].length : 0;
    }
    return s;
  }

 private:
  /// Fractional coordinates, between 0 and 1 along periodic axes.
  Eigen::Array3d wrapped(std::span<const double> positions, std::size_t at) const {
    Eigen::Array3d s =
        cell_.inverse() * Eigen::Vector3d(positions[at], positions[at + 1], positions[at + 2]);
    for (int axis = 0; axis < 3; ++axis) {
      if (cell_.periodic()[static_cast<std::size_t>(axis)]) s[axis] -= std::floor(s[axis]);
    }
    return s;
  }

  const Cell& cell_;
  std::array<Interval, 3> region_{};
};

/// Interleaves box numbers along three axes into one key, the longest edge first.
class KeyMaker {
 public:
  KeyMaker(Eigen::Vector3d edge, int bits) {
    std::vector<int> halved;  // the axis of each bit of the key, the highest bit first
    std::array<int, 3> axis_bits{};
    while (static_cast<int>(halved.size()) < bits) {
      int axis = 0;
      edge.maxCoeff(&axis);
      if (!(edge[axis] > 0)) break;
      halved.push_back(axis);
      const int bits_now = ++axis_bits[static_cast<std::size_t>(axis)];
      edge[axis] = bits_now < most_axis_bits ? edge[axis] / 2 : 0;
    }
    bits_ = static_cast<int>(halved.size());
    for (std::size_t axis = 0; axis < 3; ++axis) {
      spread_[axis].resize(std::size_t{1} << axis_bits[axis]);
      for (std::uint32_t number = 0; number < spread_[axis].size(); ++number) {
        int left = axis_bits[axis];
        std::uint32_t key = 0;
        for (const int bit_axis : halved) {
          key <<= 1;
          if (bit_axis == static_cast<int>(axis)) key |= (number >> --left) & 1;
        }
        spread_[axis][number] = key;
      }
    }
  }

  std::size_t key_count() const { return std::size_t{1} << bits_; }

  std::uint32_t key(const Eigen::Array3d& coordinates) const {
    std::uint32_t key = 0;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const std::size_t boxes = spread_[axis].size();
      const double box = coordinates[static_cast<int>(axis)] * static_cast<double>(boxes);
      key |= spread_[axis][std::min(static_cast<std::size_t>(box), boxes - 1)];
    }
    return key;
  }

 private:
  int bits_;
  std::array<std::vector<std::uint32_t>, 3> spread_;
};

}  // namespace

std::vector<std::int32_t> spatial_order(const Cell& cell, std::span<const double> positions) {
  const std::size_t natoms = positions.size() / 3;
  const UnitBox box(cell, positions);
  const int bits = std::min(most_bits, static_cast<int>(std::bit_width(natoms / atoms_per_box)));
  const KeyMaker maker(box.edge(), bits);

  std::vector<std::uint32_t> keys(natoms);
  std::vector<std::int32_t> next(maker.key_count() + 1, 0);
  for (std::size_t atom = 0; atom < natoms; ++atom) {
    keys[atom] = maker.key(box.coordinates(positions, 3 * atom));
    ++next[keys[atom] + 1];
  }
  for (std::size_t key = 1; key < next.size(); ++key) next[key] += next[key - 1];
  std::vector<std::int32_t> order(natoms);
  for (std::size_t atom = 0; atom < natoms; ++atom) {
    order[static_cast<std::size_t>(next[keys[atom]]++)] = static_cast<std::int32_t>(atom);
  }
  return order;
}

}  // namespace forcewire
