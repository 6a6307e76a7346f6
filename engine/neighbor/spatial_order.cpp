#include "engine/neighbor/spatial_order.hpp"

#include <fmt/format.h>

#include <Eigen/LU>
#include <algorithm>
#include <bit>
#include <bitset>
#include <cassert>
#include <cmath>
#include <limits>

#include "engine/geometry/invalid_structure.hpp"

namespace forcewire {

namespace {

constexpr std::size_t atoms_per_box = 32;  // at most, where atoms are evenly spread
constexpr int most_bits = 16;              // of a key: each sorter has 2^bits counters

// Of an axis. Whoever begins behind a gap has runs of atoms that the border of the cell cuts in
// two: not worth it for the gap between two layers of a crystal.
constexpr double smallest_vacuum = 0.25;

// An axis in slots, to find its empty stretches.
constexpr std::size_t slots = 1024;
using Occupied = std::bitset<slots>;

// Coordinates beyond this are resolved no finer than 1e-7 bohr: forces would be noise.
constexpr double largest_coordinate = 1e9;

// Image numbers are 32-bit, with room to spare.
constexpr double most_cells_away = 1e9;

std::size_t most_boxes(std::size_t natoms) {
  const int bits = static_cast<int>(std::bit_width(natoms / atoms_per_box));
  return std::size_t{1} << std::min(bits, most_bits);
}

/// A part of an axis, in fractional coordinates; along a periodic one it may reach beyond 1.
struct Interval {
  double begin;
  double length;
};

/// The part of a periodic axis that is left without its longest stretch of empty space, if that is
/// a vacuum.
Interval without_vacuum(const Occupied& occupied) {
  std::size_t longest = 0;
  std::size_t begin = 0;  // behind the longest stretch
  std::size_t empty = 0;  // up to here
  // Twice around, for the stretch that begins before 1 and ends after 0.
  for (std::size_t at = 0; at < 2 * slots; ++at) {
    empty = occupied[at % slots] ? 0 : empty + 1;
    if (empty <= longest || empty > slots) continue;
    longest = empty;
    begin = (at + 1) % slots;
  }
  if (static_cast<double>(longest) < smallest_vacuum * slots) return {0, 1};
  return {static_cast<double>(begin) / slots, 1 - static_cast<double>(longest) / slots};
}

/// Fractional coordinates, between 0 and 1 along periodic axes.
Eigen::Array3d wrapped(const Cell& cell, const Eigen::Vector3d& position) {
  Eigen::Array3d s = cell.inverse() * position;
  for (int axis = 0; axis < 3; ++axis) {
    if (cell.periodic()[static_cast<std::size_t>(axis)]) s[axis] -= std::floor(s[axis]);
  }
  return s;
}

Eigen::Vector3d position_of(std::span<const double> positions, std::size_t atom) {
  return Eigen::Map<const Eigen::Vector3d>(positions.data() + 3 * atom);
}

/// Arrays one behind the other in one piece of memory.
class Carver {
 public:
  explicit Carver(std::byte* begin) : begin_(begin) {}

  template <typename T>
  std::span<T> take(std::size_t count) {
    at_ = (at_ + alignof(T) - 1) / alignof(T) * alignof(T);
    T* array = begin_ == nullptr ? nullptr : reinterpret_cast<T*>(begin_ + at_);
    at_ += count * sizeof(T);
    return {array, begin_ == nullptr ? 0 : count};
  }
  std::size_t size() const { return at_; }

 private:
  std::byte* begin_;
  std::size_t at_ = 0;
};

}  // namespace

/// Where the atoms of one sorter are, in wrapped fractional coordinates.
struct SpatialOrder::Extent {
  std::array<double, 3> low;
  std::array<double, 3> high;
  std::array<Occupied, 3> occupied;
};

struct SpatialOrder::Bounds {
  std::array<double, 3> low;
  std::array<double, 3> high;
};

/// What all sorters see.
struct SpatialOrder::Memory {
  Memory(std::byte* begin, std::size_t natoms, int sorters) {
    const std::size_t boxes = most_boxes(natoms);
    Carver carver(begin);
    extents = carver.take<Extent>(static_cast<std::size_t>(sorters));
    bounds = carver.take<Bounds>(boxes);
    atoms = carver.take<std::int32_t>(natoms);
    keys = carver.take<std::uint32_t>(natoms);
    box_begin = carver.take<std::int32_t>(boxes + 1);
    counts = carver.take<std::int32_t>(boxes * static_cast<std::size_t>(sorters));
    next = carver.take<std::int32_t>(boxes * static_cast<std::size_t>(sorters));
    size = carver.size();
  }

  std::span<Extent> extents;
  std::span<Bounds> bounds;
  std::span<std::int32_t> atoms;
  std::span<std::uint32_t> keys;
  std::span<std::int32_t> box_begin;
  std::span<std::int32_t> counts;  // by sorter, then box
  std::span<std::int32_t> next;    // the same: where a sorter's next atom of a box goes
  std::size_t size;
};

std::size_t SpatialOrder::bytes_needed(std::size_t natoms, int sorters) {
  return Memory(nullptr, natoms, sorters).size;
}

void SpatialOrder::sort(const Cell& cell, std::span<const double> positions, Part sorter,
                        std::span<std::byte> memory, const Barrier& barrier) {
  const std::size_t natoms = positions.size() / 3;
  const Memory shared(memory.data(), natoms, sorter.count);
  assert(memory.size() >= shared.size);
  const std::size_t begin = sorter.begin(natoms);
  const std::size_t end = sorter.end(natoms);

  measure(cell, positions, sorter, shared.extents[static_cast<std::size_t>(sorter.index)]);
  barrier();

  choose_keys(cell, natoms, shared.extents);
  const auto of_sorter = [this](std::span<std::int32_t> numbers, int index) {
    return numbers.subspan(boxes_ * static_cast<std::size_t>(index), boxes_);
  };
  const std::span<std::int32_t> counts = of_sorter(shared.counts, sorter.index);
  const std::span<std::int32_t> next = of_sorter(shared.next, sorter.index);
  std::fill(counts.begin(), counts.end(), 0);
  for (std::size_t atom = begin; atom < end; ++atom) {
    const std::uint32_t key = this->key(coordinates(cell, position_of(positions, atom)));
    shared.keys[atom] = key;
    ++counts[key];
  }
  barrier();

  // Where this sorter's atoms of each box go: behind those of the boxes before, and of the sorters
  // before. Everybody adds up everything: no barrier is as cheap.
  atoms_ = shared.atoms;
  box_begin_ = shared.box_begin.first(boxes_ + 1);
  bounds_ = shared.bounds.first(boxes_);
  std::int32_t total = 0;
  for (std::size_t box = 0; box < boxes_; ++box) {
    if (sorter.index == 0) box_begin_[box] = total;
    for (int index = 0; index < sorter.count; ++index) {
      if (index == sorter.index) next[box] = total;
      total += of_sorter(shared.counts, index)[box];
    }
  }
  if (sorter.index == 0) box_begin_[boxes_] = total;
  for (std::size_t atom = begin; atom < end; ++atom) {
    atoms_[static_cast<std::size_t>(next[shared.keys[atom]]++)] = static_cast<std::int32_t>(atom);
  }
  barrier();

  for (std::size_t box = sorter.begin(boxes_); box < sorter.end(boxes_); ++box) {
    bound(cell, positions, box);
  }
  barrier();
}

void SpatialOrder::measure(const Cell& cell, std::span<const double> positions, Part sorter,
                           Extent& extent) {
  const std::size_t natoms = positions.size() / 3;
  Eigen::Array3d low = Eigen::Array3d::Constant(std::numeric_limits<double>::infinity());
  Eigen::Array3d high = -low;
  std::array<Occupied, 3> occupied;
  for (std::size_t atom = sorter.begin(natoms); atom < sorter.end(natoms); ++atom) {
    const Eigen::Array3d s = wrapped(cell, position_of(positions, atom));
    low = low.min(s);
    high = high.max(s);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (!cell.periodic()[axis]) continue;
      const double slot = s[static_cast<int>(axis)] * static_cast<double>(slots);
      occupied[axis].set(std::min(static_cast<std::size_t>(slot), slots - 1));
    }
  }
  Eigen::Map<Eigen::Array3d>(extent.low.data()) = low;
  Eigen::Map<Eigen::Array3d>(extent.high.data()) = high;
  extent.occupied = occupied;
}

/// Decides how the region is halved.
void SpatialOrder::choose_keys(const Cell& cell, std::size_t natoms,
                               std::span<const Extent> extents) {
  Eigen::Vector3d edge = cell.matrix().colwise().norm();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    Interval interval{std::numeric_limits<double>::infinity(), 0};
    double end = -interval.begin;
    Occupied occupied;
    for (const Extent& extent : extents) {
      interval.begin = std::min(interval.begin, extent.low[axis]);
      end = std::max(end, extent.high[axis]);
      occupied |= extent.occupied[axis];
    }
    interval.length = end - interval.begin;
    if (cell.periodic()[axis]) interval = without_vacuum(occupied);
    const int a = static_cast<int>(axis);
    begin_[a] = interval.begin;
    inverse_length_[a] = interval.length > 0 ? 1 / interval.length : 0;
    edge[a] *= interval.length;
  }

  const int bits = std::countr_zero(most_boxes(natoms));
  std::array<int, most_bits> halved{};  // the axis of each bit of the key, the highest bit first
  int halvings = 0;
  std::array<int, 3> axis_bits{};
  while (halvings < bits) {
    int axis = 0;
    edge.maxCoeff(&axis);
    if (!(edge[axis] > 0)) break;
    halved[static_cast<std::size_t>(halvings++)] = axis;
    const int bits_now = ++axis_bits[static_cast<std::size_t>(axis)];
    edge[axis] = bits_now < most_axis_bits ? edge[axis] / 2 : 0;
  }
  boxes_ = std::size_t{1} << halvings;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    axis_boxes_[axis] = std::size_t{1} << axis_bits[axis];
    for (std::uint32_t number = 0; number < axis_boxes_[axis]; ++number) {
      int left = axis_bits[axis];
      std::uint32_t key = 0;
      for (int at = 0; at < halvings; ++at) {
        key <<= 1;
        if (halved[static_cast<std::size_t>(at)] == static_cast<int>(axis)) {
          key |= (number >> --left) & 1;
        }
      }
      spread_[axis][number] = key;
    }
  }
}

/// Between 0 and 1 along each axis of the region.
Eigen::Array3d SpatialOrder::coordinates(const Cell& cell, const Eigen::Vector3d& position) const {
  Eigen::Array3d s = (cell.inverse() * position).array() - begin_;
  for (int axis = 0; axis < 3; ++axis) {
    if (cell.periodic()[static_cast<std::size_t>(axis)]) s[axis] -= std::floor(s[axis]);
  }
  return s * inverse_length_;
}

std::uint32_t SpatialOrder::key(const Eigen::Array3d& coordinates) const {
  std::uint32_t key = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::size_t boxes = axis_boxes_[axis];
    const double number = coordinates[static_cast<int>(axis)] * static_cast<double>(boxes);
    // A region without vacuum is measured in slots: an atom may round to just outside of it.
    key |= spread_[axis][std::min(static_cast<std::size_t>(std::max(number, 0.0)), boxes - 1)];
  }
  return key;
}

Shift SpatialOrder::home(const Cell& cell, const Eigen::Vector3d& position) const {
  const Eigen::Array3d s = (cell.inverse() * position).array() - begin_;
  Shift shift{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (!cell.periodic()[axis]) continue;
    shift[axis] = -static_cast<std::int32_t>(std::floor(s[static_cast<int>(axis)]));
  }
  return shift;
}

void SpatialOrder::bound(const Cell& cell, std::span<const double> positions, std::size_t box) {
  Eigen::Vector3d low = Eigen::Vector3d::Constant(std::numeric_limits<double>::infinity());
  Eigen::Vector3d high = -low;
  const auto begin = static_cast<std::size_t>(box_begin_[box]);
  const auto end = static_cast<std::size_t>(box_begin_[box + 1]);
  for (std::size_t at = begin; at < end; ++at) {
    const Eigen::Vector3d position = position_of(positions, static_cast<std::size_t>(atoms_[at]));
    const Shift shift = home(cell, position);
    const Eigen::Vector3d place =
        position + cell.matrix() * Eigen::Vector3d(shift[0], shift[1], shift[2]);
    low = low.cwiseMin(place);
    high = high.cwiseMax(place);
  }
  Eigen::Map<Eigen::Vector3d>(bounds_[box].low.data()) = low;
  Eigen::Map<Eigen::Vector3d>(bounds_[box].high.data()) = high;
}

SpatialOrder::Box SpatialOrder::box(std::size_t index) const {
  return {static_cast<std::size_t>(box_begin_[index]),
          static_cast<std::size_t>(box_begin_[index + 1]),
          Eigen::Map<const Eigen::Vector3d>(bounds_[index].low.data()),
          Eigen::Map<const Eigen::Vector3d>(bounds_[index].high.data())};
}

void check_coordinates(const Cell& cell, std::span<const double> coordinates, std::size_t first) {
  double farthest = 0;
  for (std::size_t at = 0; at < coordinates.size(); ++at) {
    const double distance = std::abs(coordinates[at]);
    if (!(distance <= largest_coordinate)) {  // also for a NaN
      throw InvalidStructure(fmt::format(
          "coordinate {} of atom {} is {} bohr, expected a finite number below {:g}",
          "xyz"[(first + at) % 3], (first + at) / 3, coordinates[at], largest_coordinate));
    }
    farthest = std::max(farthest, distance);
  }
  double cells_away = 0;
  for (int axis = 0; axis < 3; ++axis) {
    if (!cell.periodic()[static_cast<std::size_t>(axis)]) continue;
    cells_away = std::max(cells_away, farthest * cell.inverse().row(axis).lpNorm<1>());
  }
  if (cells_away > most_cells_away) {
    throw InvalidStructure(
        fmt::format("atoms lie up to {:.1e} cells from the origin, expected less than {:.1e}",
                    cells_away, most_cells_away));
  }
}

bool can_be_resolved(std::span<const double> coordinates) {
  int beyond = 0;  // no early end: this way it is vector instructions
  for (const double x : coordinates) beyond |= std::abs(x) <= largest_coordinate ? 0 : 1;
  return beyond == 0;
}

}  // namespace forcewire
