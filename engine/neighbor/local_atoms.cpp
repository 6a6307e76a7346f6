#include "engine/neighbor/local_atoms.hpp"

#include <fmt/format.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

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

/// How far atoms at fractional coordinates `s` are from `reference`, modulo lattice vectors [bohr],
/// squared.
double squared_distance(const Cell& cell, const Eigen::Vector3d& s,
                        const Eigen::Vector3d& reference) {
  Eigen::Vector3d motion = s - reference;
  for (int axis = 0; axis < 3; ++axis) {
    if (cell.periodic()[static_cast<std::size_t>(axis)]) motion[axis] -= std::round(motion[axis]);
  }
  return (cell.matrix() * motion).squaredNorm();
}

/// Bytes of all arrays together.
template <typename... Element>
std::size_t bytes_of(const std::vector<Element>&... arrays) {
  return ((arrays.capacity() * sizeof(Element)) + ...);
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

/// A box whose faces are perpendicular to x, y and z [bohr].
struct Box {
  Eigen::Vector3d low;
  Eigen::Vector3d high;

  bool holds(const Eigen::Vector3d& point) const {
    return (point.array() >= low.array()).all() && (point.array() <= high.array()).all();
  }
};

/// The box around `places`, and `edge` more on all sides.
Box box_around(std::span<const Eigen::Vector3d> places, double edge) {
  Box box{places.front(), places.front()};
  for (const Eigen::Vector3d& place : places) {
    box.low = box.low.cwiseMin(place);
    box.high = box.high.cwiseMax(place);
  }
  box.low.array() -= edge;
  box.high.array() += edge;
  return box;
}

/// The whole numbers t for which position + t * step is in the box, as a first guess: rounding is
/// left to the caller.
struct ShiftRange {
  std::int32_t first;
  std::int32_t last;
};

ShiftRange shifts_into_box(const Eigen::Vector3d& position, const Eigen::Vector3d& step,
                           const Box& box, ShiftRange within) {
  double first = within.first;
  double last = within.last;
  for (int axis = 0; axis < 3; ++axis) {
    if (step[axis] == 0) continue;
    const auto [enter, leave] = std::minmax({(box.low[axis] - position[axis]) / step[axis],
                                             (box.high[axis] - position[axis]) / step[axis]});
    first = std::max(first, std::ceil(enter - margin));
    last = std::min(last, std::floor(leave + margin));
  }
  if (first > last) return {0, -1};
  return {static_cast<std::int32_t>(first), static_cast<std::int32_t>(last)};
}

/// The periodic images of atoms that lie in a box.
class ImagesInBox {
 public:
  ImagesInBox(const Cell& cell, const Box& box)
      : cell_(cell),
        box_(box),
        center_(cell.inverse() * (box.low + box.high) / 2),
        half_((cell.inverse().cwiseAbs() * (box.high - box.low) / 2).array() * (1 + margin) +
              margin) {}

  /// How many an atom has on average: images fill the box as densely as the cells fill space; along
  /// open axes there is one.
  double average() const {
    double images = (box_.high - box_.low).prod() / std::abs(cell_.matrix().determinant());
    for (int axis = 0; axis < 3; ++axis) {
      if (!cell_.periodic()[static_cast<std::size_t>(axis)]) images /= 2 * half_[axis];
    }
    return images;
  }

  /// How many cells the box spans along the axis where it spans most.
  double cells_across() const {
    double most = 0;
    for (int axis = 0; axis < 3; ++axis) {
      if (cell_.periodic()[static_cast<std::size_t>(axis)]) most = std::max(most, 2 * half_[axis]);
    }
    return most;
  }

  /// Calls `visit(shift, image)` for each image of an atom at `position`.
  template <typename Visit>
  void of(const Eigen::Vector3d& position, const Visit& visit) const {
    const std::array<ShiftRange, 3> range = shifts_near_box(position);
    Shift shift{};
    for (shift[0] = range[0].first; shift[0] <= range[0].last; ++shift[0]) {
      for (shift[1] = range[1].first; shift[1] <= range[1].last; ++shift[1]) {
        // In a skewed cell few of the last shifts meet the box; only these are looked at.
        const ShiftRange last = shifts_into_box(moved(cell_, position, {shift[0], shift[1], 0}),
                                                cell_.matrix().col(2), box_, range[2]);
        for (shift[2] = last.first; shift[2] <= last.last; ++shift[2]) {
          const Eigen::Vector3d image = moved(cell_, position, shift);
          if (box_.holds(image)) visit(shift, image);
        }
      }
    }
  }

 private:
  std::array<ShiftRange, 3> shifts_near_box(const Eigen::Vector3d& position) const {
    const Eigen::Array3d s = cell_.inverse() * position;
    std::array<ShiftRange, 3> range{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (!cell_.periodic()[axis]) continue;
      const int a = static_cast<int>(axis);
      range[axis] = {static_cast<std::int32_t>(std::ceil(center_[a] - half_[a] - s[a])),
                     static_cast<std::int32_t>(std::floor(center_[a] + half_[a] - s[a]))};
    }
    return range;
  }

  const Cell& cell_;
  const Box& box_;
  // In fractional coordinates the box is within center -+ half along each axis.
  Eigen::Array3d center_;
  Eigen::Array3d half_;
};

void check_image_count(const ImagesInBox& images, std::size_t natoms, double reach) {
  // A cell can be so thin that an atom sees too many of its own images along one axis alone, and so
  // large that the average is low.
  const bool countable = images.cells_across() <= most_local_atoms;
  if (countable && images.average() * static_cast<double>(natoms) <= most_local_atoms) return;
  throw InvalidStructure(fmt::format(
      "cutoff and skin of {:g} bohr see more than {:g} periodic images of {} atoms on one rank, "
      "expected a shorter cutoff or more ranks",
      reach, most_local_atoms, natoms));
}

}  // namespace

bool can_be_resolved(std::span<const double> coordinates) {
  int beyond = 0;  // no early end: this way it is vector instructions
  for (const double x : coordinates) beyond |= std::abs(x) <= largest_coordinate ? 0 : 1;
  return beyond == 0;
}

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
  std::vector<Eigen::Vector3d> owned_places;
  owned_places.reserve(images_.size());
  std::vector<bool> is_owned(positions.size() / 3, false);
  for (const Image& image : images_) {
    owned_places.push_back(moved(cell, position_of(positions, image.atom), image.shift));
    is_owned[static_cast<std::size_t>(image.atom)] = true;
  }
  const double edge = reach * (1 + margin);
  const Box box = box_around(owned_places, edge);
  bin_owned(box.low, edge, owned_places);

  const ImagesInBox images(cell, box);
  check_image_count(images, positions.size() / 3, reach);
  const auto natoms = static_cast<std::int32_t>(positions.size() / 3);
  for (std::int32_t atom = 0; atom < natoms; ++atom) {
    const Eigen::Vector3d position = position_of(positions, atom);
    const bool owned = is_owned[static_cast<std::size_t>(atom)];
    const Shift home = owned ? shift_into_cell(cell, position) : Shift{};
    images.of(position, [&](const Shift& shift, const Eigen::Vector3d& image) {
      const std::int32_t bin = bins_.find(image);
      if (bin == BinTable::none || (owned && shift == home)) return;
      images_.push_back({atom, bin, shift});
    });
  }
  ghosts_in_bin_ = sort_by_bin(owned_.size());
}

/// Sorts the owned atoms into bins, and makes the bins in which ghosts matter.
void LocalAtoms::bin_owned(const Eigen::Vector3d& origin, double edge,
                           std::span<const Eigen::Vector3d> places) {
  bins_ = BinTable(origin, edge);
  for (std::size_t at = 0; at < places.size(); ++at) images_[at].bin = bins_.mention(places[at]);
  const std::int32_t owned_bins = bins_.size();
  owned_in_bin_ = sort_by_bin(0);
  for (std::int32_t bin = 0; bin < owned_bins; ++bin) bins_.mention_neighbors(bin);
}

void LocalAtoms::take(const Cell& cell, std::span<const double> positions,
                      std::span<const std::int32_t> species) {
  size_ = images_.size();
  // The padding repeats atom 0; the atom after the last one is replaced by the far atom.
  const std::size_t padded = (size_ + refresh_multiple) / refresh_multiple * refresh_multiple;
  atoms_.resize(padded);
  atoms_before_.resize(padded);
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
  std::swap(atoms_, atoms_before_);
  inverse_cell_before_ = std::exchange(inverse_cell_, cell.inverse());
  const bool within =
      refresh_atoms({source_.data(), species_.data(), pointers(shift_), pointers(reference_)}, cell,
                    positions.data(), atoms_.size(), owned_.size(), limit * limit, atoms_.data());
  atoms_[size_] = {far, far, far, 0};
  return within;
}

void LocalAtoms::undo_refresh() {
  std::swap(atoms_, atoms_before_);
  inverse_cell_ = inverse_cell_before_;
}

bool LocalAtoms::within_since_select(const Cell& cell, std::span<const double> positions,
                                     double limit) const {
  for (std::size_t local = 0; local < owned_.size(); ++local) {
    const Eigen::Vector3d reference(reference_[0][local], reference_[1][local],
                                    reference_[2][local]);
    const Eigen::Vector3d s = cell.inverse() * position_of(positions, owned_[local]);
    if (!(squared_distance(cell, s, reference) <= limit * limit)) return false;  // also for a NaN
  }
  return true;
}

bool LocalAtoms::within_since_refresh(const Cell& cell, std::span<const double> positions,
                                      double limit) const {
  for (std::size_t local = 0; local < owned_.size(); ++local) {
    const PackedAtom& atom = atoms_[local];
    const Eigen::Vector3d reference = inverse_cell_ * Eigen::Vector3d(atom.x, atom.y, atom.z);
    const Eigen::Vector3d s = cell.inverse() * position_of(positions, owned_[local]);
    if (!(squared_distance(cell, s, reference) <= limit * limit)) return false;  // also for a NaN
  }
  return true;
}

std::size_t LocalAtoms::bytes() const {
  return bytes_of(images_, unsorted_, owned_, atoms_, atoms_before_, source_, species_) +
         bytes_of(shift_[0], shift_[1], shift_[2], reference_[0], reference_[1], reference_[2]);
}

}  // namespace forcewire
