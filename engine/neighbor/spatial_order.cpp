#include "engine/neighbor/spatial_order.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <bit>
#include <bitset>
#include <cassert>
#include <cmath>
#include <limits>

#include "engine/geometry/coordinates.hpp"

namespace forcewire {

namespace {

constexpr std::size_t atoms_per_box = 32;  // at most, if there are enough keys

// Of an axis. Whoever begins behind a gap has runs of atoms that the border of the cell cuts in
// two: not worth it for the gap between two layers of a crystal.
constexpr double smallest_vacuum = 0.25;

// An axis in slots, to find its empty stretches.
constexpr std::size_t slots = 1024;
using Occupied = std::bitset<slots>;
constexpr double rounding = 1e-6;  // of an axis

int wanted_bits(std::size_t natoms, int most) {
  return std::min(static_cast<int>(std::bit_width(natoms / atoms_per_box)), most);
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
  // A little more than what is occupied: nobody is to be found outside by rounding, which would be
  // at the far end of the cell.
  return {static_cast<double>(begin) / slots - rounding,
          1 - static_cast<double>(longest) / slots + 2 * rounding};
}

/// Fractional coordinates that begin at `begin`, between 0 and 1 along periodic axes.
Eigen::Array3d wrapped(const Cell& cell, const Eigen::Vector3d& position,
                       const Eigen::Array3d& begin) {
  Eigen::Array3d s = (cell.inverse() * position).array() - begin;
  for (int axis = 0; axis < 3; ++axis) {
    if (cell.periodic()[static_cast<std::size_t>(axis)]) s[axis] -= whole(s[axis]);
  }
  return s;
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

/// What all sorters see.
struct SpatialOrder::Memory {
  Memory(std::byte* begin, std::size_t natoms, int sorters) {
    const std::size_t boxes = std::size_t{1} << wanted_bits(natoms, most_bits);
    Carver carver(begin);
    extents = carver.take<Extent>(static_cast<std::size_t>(sorters));
    atoms = carver.take<std::int32_t>(natoms);
    keys = carver.take<std::uint32_t>(natoms);
    box_begin = carver.take<std::int32_t>(boxes + 1);
    totals = carver.take<std::int32_t>(static_cast<std::size_t>(sorters));
    counts = carver.take<std::int32_t>(row_size(boxes) * static_cast<std::size_t>(sorters));
    next = carver.take<std::int32_t>(row_size(boxes) * static_cast<std::size_t>(sorters));
    size = carver.size();
  }

  std::span<Extent> extents;
  std::span<std::int32_t> atoms;
  std::span<std::uint32_t> keys;
  std::span<std::int32_t> box_begin;
  /// Numbers of boxes that a sorter has: a cache line more than there are, for powers of two
  /// would meet in few places of a cache.
  static std::size_t row_size(std::size_t boxes) { return boxes + 16; }

  std::span<std::int32_t> totals;  // atoms in the boxes that each sorter adds up
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
  const std::size_t boxes = std::size_t{1} << bits_;
  const auto of_sorter = [boxes](std::span<std::int32_t> numbers, int index) {
    return numbers.subspan(Memory::row_size(boxes) * static_cast<std::size_t>(index), boxes);
  };
  const std::span<std::int32_t> counts = of_sorter(shared.counts, sorter.index);
  const std::span<std::int32_t> next = of_sorter(shared.next, sorter.index);
  std::fill(counts.begin(), counts.end(), 0);
  for (std::size_t atom = begin; atom < end; ++atom) {
    const std::uint32_t key = this->key(wrapped(cell, position_of(positions, atom), begin_));
    shared.keys[atom] = key;
    ++counts[key];
  }
  barrier();

  // Where the atoms of each box and sorter go: behind those of the boxes before, and of the sorters
  // before. Each sorter adds up its part of the boxes, for all sorters...
  atoms_ = shared.atoms;
  box_begin_ = shared.box_begin.first(boxes + 1);
  std::int32_t total = 0;
  for (std::size_t box = sorter.begin(boxes); box < sorter.end(boxes); ++box) {
    box_begin_[box] = total;
    for (int index = 0; index < sorter.count; ++index) {
      of_sorter(shared.next, index)[box] = total;
      total += of_sorter(shared.counts, index)[box];
    }
  }
  shared.totals[static_cast<std::size_t>(sorter.index)] = total;
  barrier();

  // ... and then what is in the parts before.
  std::int32_t before = 0;
  for (Part part{0, sorter.count}; part.index < sorter.count; ++part.index) {
    for (std::size_t box = part.begin(boxes); box < part.end(boxes); ++box) {
      next[box] += before;
      if (part.index == sorter.index) box_begin_[box] += before;
    }
    before += shared.totals[static_cast<std::size_t>(part.index)];
  }
  if (sorter.index == 0) box_begin_[boxes] = before;
  for (std::size_t atom = begin; atom < end; ++atom) {
    atoms_[static_cast<std::size_t>(next[shared.keys[atom]]++)] = static_cast<std::int32_t>(atom);
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
    const Eigen::Array3d s = wrapped(cell, position_of(positions, atom), Eigen::Array3d::Zero());
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
    length_[a] = interval.length;
    edge[a] *= interval.length;
  }

  const int wanted = wanted_bits(natoms, most_bits);
  std::array<int, 3> axis_bits{};
  for (bits_ = 0; bits_ < wanted; ++bits_) {
    int axis = 0;
    edge.maxCoeff(&axis);
    if (!(edge[axis] > 0)) break;
    halved_[static_cast<std::size_t>(bits_)] = static_cast<std::uint8_t>(axis);
    const int bits_now = ++axis_bits[static_cast<std::size_t>(axis)];
    edge[axis] = bits_now < most_axis_bits ? edge[axis] / 2 : 0;
  }
  for (std::size_t axis = 0; axis < 3; ++axis) {
    axis_boxes_[axis] = std::size_t{1} << axis_bits[axis];
    const double boxes = static_cast<double>(axis_boxes_[axis]) / length_[static_cast<int>(axis)];
    boxes_per_length_[static_cast<int>(axis)] = std::isfinite(boxes) ? boxes : 0;
    for (std::uint32_t number = 0; number < axis_boxes_[axis]; ++number) {
      int left = axis_bits[axis];
      std::uint32_t key = 0;
      for (int at = 0; at < bits_; ++at) {
        key <<= 1;
        if (halved_[static_cast<std::size_t>(at)] == axis) key |= (number >> --left) & 1;
      }
      spread_[axis][number] = key;
    }
  }
}

std::uint32_t SpatialOrder::key(const Eigen::Array3d& coordinates) const {
  std::uint32_t key = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const int a = static_cast<int>(axis);
    const std::size_t boxes = axis_boxes_[axis];
    const double number = std::max(coordinates[a] * boxes_per_length_[a], 0.0);
    key |= spread_[axis][std::min(static_cast<std::size_t>(number), boxes - 1)];
  }
  return key;
}

SpatialOrder::BoxedAtoms SpatialOrder::box(const Cell& cell, std::size_t index) const {
  Eigen::Array3d low = begin_;
  Eigen::Array3d length = length_;
  for (int bit = 0; bit < bits_; ++bit) {
    const int axis = halved_[static_cast<std::size_t>(bit)];
    length[axis] /= 2;
    if ((index >> (bits_ - 1 - bit) & 1U) != 0) low[axis] += length[axis];
  }
  const Eigen::Vector3d center = cell.matrix() * (low + length / 2).matrix();
  const Eigen::Vector3d half = cell.matrix().cwiseAbs() * (length / 2).matrix();
  return {static_cast<std::size_t>(box_begin_[index]),
          static_cast<std::size_t>(box_begin_[index + 1]), center - half, center + half};
}

}  // namespace forcewire
