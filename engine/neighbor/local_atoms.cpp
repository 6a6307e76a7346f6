#include "engine/neighbor/local_atoms.hpp"

#include <fmt/format.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/geometry/invalid_structure.hpp"
#include "engine/kernels/refresh_kernel.hpp"
#include "engine/neighbor/spatial_order.hpp"

namespace forcewire {

namespace {

// Coordinates beyond this are resolved no finer than 1e-7 bohr: forces would be noise.
constexpr double largest_coordinate = 1e9;

// Image numbers are 32-bit, with room to spare.
constexpr double most_cells_away = 1e9;

// More local atoms than this do not fit a rank's memory.
constexpr double most_local_atoms = 1e8;

// Bins a little larger than the reach, boxes a little larger than their atoms: rounding loses no
// pair.
constexpr double margin = 1e-6;

// Far enough to be beyond every cutoff; near enough for r^-12 to be a normal number.
constexpr double far = 1e20;

using Shift = std::array<std::int32_t, 3>;

Eigen::Vector3d position_of(std::span<const double> positions, std::int32_t atom) {
  return Eigen::Map<const Eigen::Vector3d>(positions.data() + 3 * static_cast<std::size_t>(atom));
}

/// The lattice vectors that bring `position` into the cell.
Shift shift_into_cell(const Cell& cell, const Eigen::Vector3d& position) {
  const Eigen::Vector3d s = cell.inverse() * position;
  Shift shift{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (cell.periodic()[axis]) {
      shift[axis] = -static_cast<std::int32_t>(std::floor(s[static_cast<int>(axis)]));
    }
  }
  return shift;
}

Eigen::Vector3d moved(const Cell& cell, const Eigen::Vector3d& position, const Shift& shift) {
  return position + cell.matrix() * Eigen::Vector3d(shift[0], shift[1], shift[2]);
}

void check_coordinates(const Cell& cell, std::span<const double> positions) {
  double farthest = 0;
  for (std::size_t at = 0; at < positions.size(); ++at) {
    const double distance = std::abs(positions[at]);
    if (!(distance <= largest_coordinate)) {  // also for a NaN
      throw InvalidStructure(
          fmt::format("coordinate {} of atom {} is {} bohr, expected a finite number below {:g}",
                      "xyz"[at % 3], at / 3, positions[at], largest_coordinate));
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

/// The whole numbers t with low <= position + t * step <= high, as a first guess: rounding is left
/// to the caller.
struct ShiftRange {
  std::int32_t first;
  std::int32_t last;
};

ShiftRange shifts_into_box(const Eigen::Vector3d& position, const Eigen::Vector3d& step,
                           const Eigen::Vector3d& low, const Eigen::Vector3d& high,
                           ShiftRange within) {
  double first = within.first;
  double last = within.last;
  for (int axis = 0; axis < 3; ++axis) {
    if (step[axis] == 0) continue;
    const auto [enter, leave] = std::minmax(
        {(low[axis] - position[axis]) / step[axis], (high[axis] - position[axis]) / step[axis]});
    first = std::max(first, std::ceil(enter - margin));
    last = std::min(last, std::floor(leave + margin));
  }
  if (first > last) return {0, -1};
  return {static_cast<std::int32_t>(first), static_cast<std::int32_t>(last)};
}

[[noreturn]] void throw_too_many_images(double reach, std::size_t natoms) {
  throw InvalidStructure(fmt::format(
      "cutoff and skin of {:g} bohr see more than {:g} periodic images of {} atoms on one rank, "
      "expected a shorter cutoff or more ranks",
      reach, most_local_atoms, natoms));
}

}  // namespace

void LocalAtoms::select(const Cell& cell, std::span<const double> positions,
                        std::span<const std::int32_t> species, double reach, Part part) {
  check_coordinates(cell, positions);
  images_.clear();
  select_owned(cell, positions, part);
  if (!images_.empty()) select_ghosts(cell, positions, reach);
  take(cell, positions, species);
}

/// Sorts the images from local index `first` on by bin, one counting sort.
/// @return the local indices in each bin mentioned so far
std::vector<IndexRange> LocalAtoms::sort_by_bin(std::size_t first) {
  unsorted_.assign(images_.begin() + static_cast<std::ptrdiff_t>(first), images_.end());
  std::vector<IndexRange> ranges(static_cast<std::size_t>(bins_.size()), IndexRange{0, 0});
  for (const Image& image : unsorted_) ++ranges[static_cast<std::size_t>(image.bin)].end;
  auto next = static_cast<std::int32_t>(first);
  for (IndexRange& range : ranges) {
    range.begin = next;
    next += range.end;
    range.end = range.begin;
  }
  for (const Image& image : unsorted_) {
    images_[static_cast<std::size_t>(ranges[static_cast<std::size_t>(image.bin)].end++)] = image;
  }
  return ranges;
}

void LocalAtoms::select_owned(const Cell& cell, std::span<const double> positions, Part part) {
  const std::vector<std::int32_t> order = spatial_order(cell, positions);
  const auto begin_of = [&](int index) {
    return order.size() * static_cast<std::size_t>(index) / static_cast<std::size_t>(part.count);
  };
  for (std::size_t at = begin_of(part.index); at < begin_of(part.index + 1); ++at) {
    images_.push_back({order[at], 0, shift_into_cell(cell, position_of(positions, order[at]))});
  }
  owned_.resize(images_.size());
}

void LocalAtoms::select_ghosts(const Cell& cell, std::span<const double> positions, double reach) {
  const auto place = [&](const Image& image) {
    return moved(cell, position_of(positions, image.atom), image.shift);
  };
  // The box around owned atoms and all they can see.
  Eigen::Vector3d low = place(images_.front());
  Eigen::Vector3d high = low;
  for (const Image& image : images_) {
    const Eigen::Vector3d position = place(image);
    low = low.cwiseMin(position);
    high = high.cwiseMax(position);
  }
  const double edge = reach * (1 + margin);
  low.array() -= edge;
  high.array() += edge;

  bins_ = BinTable(low, edge);
  for (Image& image : images_) image.bin = bins_.mention(place(image));
  const std::int32_t owned_bins = bins_.size();
  owned_in_bin_ = sort_by_bin(0);
  for (std::int32_t bin = 0; bin < owned_bins; ++bin) bins_.mention_neighbors(bin);

  std::vector<bool> is_owned(positions.size() / 3, false);
  for (const Image& image : images_) is_owned[static_cast<std::size_t>(image.atom)] = true;

  // In fractional coordinates the box is a range along each axis: center -+ |inverse| * half.
  const Eigen::Array3d center = cell.inverse() * (low + high) / 2;
  const Eigen::Array3d half =
      (cell.inverse().cwiseAbs() * (high - low) / 2).array() * (1 + margin) + margin;
  // On average, images fill the box as densely as the cells fill space; along open axes there is
  // one.
  double images_per_atom = (high - low).prod() / std::abs(cell.matrix().determinant());
  for (int axis = 0; axis < 3; ++axis) {
    if (!cell.periodic()[static_cast<std::size_t>(axis)]) images_per_atom /= 2 * half[axis];
  }
  if (images_per_atom * static_cast<double>(positions.size() / 3) > most_local_atoms) {
    throw_too_many_images(reach, positions.size() / 3);
  }
  const Eigen::Vector3d last_vector = cell.matrix().col(2);
  const auto natoms = static_cast<std::int32_t>(positions.size() / 3);
  for (std::int32_t atom = 0; atom < natoms; ++atom) {
    const Eigen::Vector3d position = position_of(positions, atom);
    const Eigen::Array3d s = cell.inverse() * position;
    std::array<ShiftRange, 3> range{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (!cell.periodic()[axis]) continue;
      const int a = static_cast<int>(axis);
      range[axis] = {static_cast<std::int32_t>(std::ceil(center[a] - half[a] - s[a])),
                     static_cast<std::int32_t>(std::floor(center[a] + half[a] - s[a]))};
    }
    const bool owned = is_owned[static_cast<std::size_t>(atom)];
    const Shift home = owned ? shift_into_cell(cell, position) : Shift{};
    Shift shift{};
    for (shift[0] = range[0].first; shift[0] <= range[0].last; ++shift[0]) {
      for (shift[1] = range[1].first; shift[1] <= range[1].last; ++shift[1]) {
        // In a skewed cell few of the last shifts meet the box; only these are looked at.
        const ShiftRange last = shifts_into_box(moved(cell, position, {shift[0], shift[1], 0}),
                                                last_vector, low, high, range[2]);
        for (shift[2] = last.first; shift[2] <= last.last; ++shift[2]) {
          const Eigen::Vector3d image = moved(cell, position, shift);
          if ((image.array() < low.array()).any() || (image.array() > high.array()).any()) continue;
          const std::int32_t bin = bins_.find(image);
          if (bin == BinTable::none || (owned && shift == home)) continue;
          images_.push_back({atom, bin, shift});
        }
      }
    }
  }
  ghosts_in_bin_ = sort_by_bin(owned_.size());
}

void LocalAtoms::take(const Cell& cell, std::span<const double> positions,
                      std::span<const std::int32_t> species) {
  size_ = images_.size();
  // The padding repeats atom 0; the atom after the last one is replaced by the far atom.
  const std::size_t padded = (size_ + refresh_multiple) / refresh_multiple * refresh_multiple;
  atoms_.resize(padded);
  source_.assign(padded, 0);
  species_.assign(padded, 0);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    shift_[axis].assign(padded, 0);
    reference_[axis].assign(padded, 0);
  }
  for (std::size_t local = 0; local < size_; ++local) {
    const Image& image = images_[local];
    const Eigen::Vector3d s = cell.inverse() * position_of(positions, image.atom);
    source_[local] = 3 * static_cast<std::int64_t>(image.atom);
    if (!species.empty()) species_[local] = species[static_cast<std::size_t>(image.atom)];
    for (std::size_t axis = 0; axis < 3; ++axis) {
      shift_[axis][local] = image.shift[axis];
      reference_[axis][local] = s[static_cast<int>(axis)];
    }
    if (local < owned_.size()) owned_[local] = image.atom;
  }
  refresh(cell, positions, std::numeric_limits<double>::infinity());
}

bool LocalAtoms::refresh(const Cell& cell, std::span<const double> positions, double limit) {
  const auto pointers = [](const std::array<std::vector<double>, 3>& arrays) {
    return std::array{arrays[0].data(), arrays[1].data(), arrays[2].data()};
  };
  const bool within =
      refresh_atoms({source_.data(), species_.data(), pointers(shift_), pointers(reference_)}, cell,
                    positions.data(), atoms_.size(), owned_.size(), limit * limit, atoms_.data());
  atoms_[size_] = {far, far, far, 0};
  return within;
}

}  // namespace forcewire
