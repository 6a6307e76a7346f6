#include "engine/neighbor/local_atoms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "engine/geometry/coordinates.hpp"
#include "engine/geometry/invalid_structure.hpp"
#include "engine/kernels/simd.hpp"
#include "engine/neighbor/bytes_of.hpp"
#include "engine/neighbor/resize_anew.hpp"

namespace forcewire {

namespace {

// More local atoms than this do not fit a rank's memory. Of a few atoms so many can only be images
// in a tiny cell; far fewer take seconds then.
constexpr double most_local_atoms = 1e8;
constexpr double most_of_few_atoms = 1e7;
constexpr double many_for_each = 100;  // the boxes around parts of a skewed cell are mostly empty

// More rows of cells than this are not looked at: of all atoms together, some seconds; and if these
// are so many because the atoms are, each may still look at a few.
constexpr double most_rows = 1e9;
constexpr double few_rows = 1000;

constexpr double infinity = std::numeric_limits<double>::infinity();

// Columns are as wide as clusters are high, give or take this factor: speed is flat around it.
constexpr double tolerated_misfit = 1.3;

Shift sum(const Shift& a, const Shift& b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }

/// Does part `self` compute its pairs with the atoms of part `other`, moved by `shift`, for both?
/// The other one, who sees our atoms moved the other way, finds the opposite. Two parts that meet
/// in the middle of the cell and across its border have one of the two each.
bool computes_pairs(int self, int other, const Shift& shift) {
  const bool lower_one = (self + other + shift[0] + shift[1] + shift[2]) % 2 != 0;
  return lower_one == (self < other);
}

void check_image_count(const ImagesInBox& images, std::size_t natoms, double reach) {
  // A cell can be so thin that an atom sees too many of its own images along one axis alone, and so
  // large that the average is low.
  const bool countable = images.cells_across() <= most_local_atoms;
  const double most =
      std::clamp(many_for_each * static_cast<double>(natoms), most_of_few_atoms, most_local_atoms);
  if (countable && images.average() * static_cast<double>(natoms) <= most) return;
  throw InvalidStructure(fmt::format(
      "cutoff and skin of {:g} bohr see more than {:g} periodic images of {} atoms on one rank, "
      "expected a larger cell or a shorter cutoff",
      reach, most, natoms));
}

/// In a cell that is skewed without measure, neighbours could be found, but not in our lifetime.
void check_skewness(const ImagesInBox& images, std::size_t natoms) {
  const double rows = images.rows();
  if (rows <= few_rows || rows * static_cast<double>(natoms) <= most_rows) return;
  throw InvalidStructure(fmt::format(
      "the cell is so skewed or flat that each of {} atoms may have neighbours in {:.1g} "
      "rows of cells, expected a cell that is nearer to a box: the same crystal has one",
      natoms, rows));
}

}  // namespace

void LocalAtoms::select(const Cell& cell, std::span<const double> positions,
                        std::span<const std::int32_t> species, double reach,
                        const SpatialOrder& order, Part part, std::span<const int> mates,
                        Images images) {
  width_ = cluster_width();
  arrivals_.clear();
  clusters_.clear(width_);
  columns_.clear();
  columns_around_.clear();
  owned_.clear();
  imaged_.clear();
  guests_.clear();
  image_shifts_.clear();
  slot_by_place_.clear();
  select_owned(cell, positions, reach, order, part, mates, images);
  take(cell, positions, species);
  bound_clusters();
  if (images == Images::all) note_image_shifts(cell, positions, order);
}

void LocalAtoms::select_owned(const Cell& cell, std::span<const double> positions, double reach,
                              const SpatialOrder& order, Part part, std::span<const int> mates,
                              Images images) {
  const std::size_t natoms = positions.size() / 3;
  box_ = {Eigen::Vector3d::Constant(infinity), Eigen::Vector3d::Constant(-infinity)};
  for (std::size_t at = part.begin(natoms); at < part.end(natoms); ++at) {
    const std::int32_t atom = order.atoms()[at];
    const Eigen::Vector3d position = position_of(positions, static_cast<std::size_t>(atom));
    const Shift home = order.home(cell, position);
    const Eigen::Vector3d place = moved(cell, position, home);
    arrivals_.push_back({place, atom, 0, home, static_cast<std::int32_t>(at)});
    box_.low = box_.low.cwiseMin(place);
    box_.high = box_.high.cwiseMax(place);
  }
  if (arrivals_.empty()) return;
  // What suited the last atoms suits these.
  double edge = table_.edge() > 0 ? table_.edge() : reach / 2;

  // Each round is nearer to the edge that fits. A drop with an atom evaporated far away takes a
  // few; they are remembered.
  for (int rounds_left = 20; rounds_left > 0; --rounds_left) {
    table_ = ColumnTable(box_.low.x(), box_.low.y(), edge);
    for (PlacedAtom& arrival : arrivals_) {
      arrival.column = table_.mention(arrival.place.x(), arrival.place.y());
    }
    clusters_.sort(arrivals_, 0, table_.size());
    const double fitting = std::clamp(clusters_.fitting_edge(edge), reach / 16, 4 * reach);
    if (std::max(fitting / edge, edge / fitting) < tolerated_misfit) break;
    edge = fitting;
  }
  const std::vector<Window> windows = open_windows(reach * (1 + ImagesInBox::margin));
  cut_into_clusters(&Column::owned);
  owned_.assign(clusters_.size() * width_, padding);
  slot_by_place_.assign(arrivals_.size(), padding);
  select_others(cell, positions, reach, order, part, mates, images, windows);
}

/// Mentions the columns around those of the owned atoms, and finds where in them ghosts matter.
std::vector<LocalAtoms::Window> LocalAtoms::open_windows(double reach) {
  std::vector<Window> windows;
  std::vector<std::int32_t> around;
  for (std::size_t column = 0; column < clusters_.columns(); ++column) {
    table_.mention_around(static_cast<std::int32_t>(column), reach, around);
    const auto begin = static_cast<std::int32_t>(columns_around_.size());
    columns_around_.insert(columns_around_.end(), around.begin(), around.end());
    columns_.resize(static_cast<std::size_t>(table_.size()));
    columns_[column].around = {begin, static_cast<std::int32_t>(columns_around_.size())};
    windows.resize(columns_.size(), {infinity, -infinity});
    for (const std::int32_t other : around) {
      Window& window = windows[static_cast<std::size_t>(other)];
      window.low = std::min(window.low, clusters_.lowest(column) - reach);
      window.high = std::max(window.high, clusters_.highest(column) + reach);
    }
  }
  return windows;
}

void LocalAtoms::select_others(const Cell& cell, std::span<const double> positions, double reach,
                               const SpatialOrder& order, Part part, std::span<const int> mates,
                               Images images, std::span<const Window> windows) {
  const std::size_t natoms = positions.size() / 3;
  const std::size_t first_owned = part.begin(natoms);
  const std::size_t owned = arrivals_.size();
  std::vector<char> is_mate(static_cast<std::size_t>(part.count), 0);
  for (const int mate : mates) is_mate[static_cast<std::size_t>(mate)] = 1;
  const bool all = images == Images::all;
  const double margin = reach * ImagesInBox::margin;
  const Box seen = box_.grown(Eigen::Vector3d::Constant(reach + margin));
  const ImagesInBox images_seen(cell, seen);
  check_image_count(images_seen, natoms, reach);
  check_skewness(images_seen, natoms);

  ghosts_.clear();
  const auto add = [&](std::vector<PlacedAtom>& kind, PlacedAtom arrival) {
    if (!seen.holds(arrival.place)) return;
    arrival.column = table_.find(arrival.place.x(), arrival.place.y());
    if (arrival.column == ColumnTable::none) return;
    const Window& window = windows[static_cast<std::size_t>(arrival.column)];
    if (arrival.place.z() < window.low || arrival.place.z() > window.high) return;
    kind.push_back(arrival);
  };
  for (std::size_t index = 0; index < order.box_count(); ++index) {
    if (order.is_empty(index)) continue;
    const SpatialOrder::BoxedAtoms box = order.box(cell, index);
    // Images of the box that overlap what is seen: those of its centre in a larger box.
    const Eigen::Vector3d half = (box.high - box.low) / 2;
    const ImagesInBox images_of_box(cell, seen.grown(half.array() + margin));
    images_of_box.of((box.low + box.high) / 2, [&](const Shift& shift) {
      const Eigen::Vector3d offset = moved(cell, Eigen::Vector3d::Zero(), shift);
      for (std::size_t at = box.begin; at < box.end; ++at) {
        const auto place = static_cast<std::int32_t>(at);
        const bool is_owned = at - first_owned < owned;
        if (is_owned) {
          if (all ? shift == Shift{} : !(shift > Shift{})) continue;
          const PlacedAtom& home = arrivals_[at - first_owned];
          add(arrivals_,
              {home.place + offset, home.atom, ColumnTable::none, sum(home.shift, shift), place});
          continue;
        }
        const int owner = part.owner(natoms, at);
        const bool is_guest = all || is_mate[static_cast<std::size_t>(owner)] != 0;
        if (is_guest && !all && !computes_pairs(part.index, owner, shift)) continue;
        const std::int32_t atom = order.atoms()[at];
        const Eigen::Vector3d position = position_of(positions, static_cast<std::size_t>(atom));
        const Shift total = sum(order.home(cell, position), shift);
        add(is_guest ? arrivals_ : ghosts_,
            {moved(cell, position, total), atom, ColumnTable::none, total, place});
      }
    });
  }
  clusters_.sort(arrivals_, owned, table_.size());
  cut_into_clusters(&Column::images);
  imaged_.assign(clusters_.size() * width_ - owned_.size(), padding);
  const std::size_t first_ghost = arrivals_.size();
  arrivals_.insert(arrivals_.end(), ghosts_.begin(), ghosts_.end());
  clusters_.sort(arrivals_, first_ghost, table_.size());
  cut_into_clusters(&Column::ghosts);
}

/// Notes for each column which clusters the arrivals are cut into that were sorted last.
void LocalAtoms::cut_into_clusters(IndexRange Column::*range) {
  for (std::size_t column = 0; column < clusters_.columns(); ++column) {
    columns_[column].*range = clusters_.cut(column, 2 * table_.edge());
  }
}

/// Puts the arrivals into their slots, and takes their positions.
void LocalAtoms::take(const Cell& cell, std::span<const double> positions,
                      std::span<const std::int32_t> species) {
  const std::size_t slots = clusters_.size() * width_;
  slots_.resize(slots, width_);
  const double far_shift = padding_distance / cell.matrix().col(0).norm();
  for (std::size_t slot = 0; slot < slots; ++slot) {
    const std::size_t cluster = slot / width_;
    const auto lane = static_cast<std::int32_t>(slot % width_);
    const bool is_padding = lane >= clusters_.atom_count(cluster);
    const PlacedAtom& arrival = arrivals_[clusters_.arrival(cluster, is_padding ? 0 : lane)];
    const auto atom = static_cast<std::size_t>(arrival.atom);
    Eigen::Vector3d shift(arrival.shift[0], arrival.shift[1], arrival.shift[2]);
    if (is_padding) shift.x() = far_shift * (lane + 1);
    slots_.put(slot, arrival.atom, species.empty() ? 0 : species[atom], shift,
               cell.inverse() * position_of(positions, atom));
    if (!is_padding) note_slot(slot, arrival);
  }
  slots_.settle(cell, positions, owned_clusters());
}

/// Notes where an owned atom is, of which of them an arrival is an image, or that it is a guest.
void LocalAtoms::note_slot(std::size_t slot, const PlacedAtom& arrival) {
  const std::int32_t place =
      arrival.order - arrivals_.front().order;  // from the first owned one on
  if (slot < owned_.size()) {
    owned_[slot] = arrival.atom;
    slot_by_place_[static_cast<std::size_t>(place)] = static_cast<std::int32_t>(slot);
  } else if (slot < owned_.size() + imaged_.size()) {
    if (0 <= place && place < static_cast<std::int32_t>(slot_by_place_.size())) {
      imaged_[slot - owned_.size()] = slot_by_place_[static_cast<std::size_t>(place)];
    } else {
      guests_.push_back({static_cast<std::size_t>(arrival.order), static_cast<std::int32_t>(slot)});
    }
  }
}

void LocalAtoms::note_image_shifts(const Cell& cell, std::span<const double> positions,
                                   const SpatialOrder& order) {
  image_shifts_.assign(imaged_.size(), {});
  for (std::size_t image = 0; image < imaged_.size(); ++image) {
    const std::size_t slot = owned_.size() + image;
    const std::size_t cluster = slot / width_;
    const auto lane = static_cast<std::int32_t>(slot % width_);
    if (lane >= clusters_.atom_count(cluster)) continue;
    const PlacedAtom& arrival = arrivals_[clusters_.arrival(cluster, lane)];
    const Shift home =
        order.home(cell, position_of(positions, static_cast<std::size_t>(arrival.atom)));
    for (std::size_t axis = 0; axis < 3; ++axis) {
      image_shifts_[image][axis] = arrival.shift[axis] - home[axis];
    }
  }
}

void LocalAtoms::bound_clusters() {
  for (auto* corner : {&low_, &high_}) {
    for (auto& axis : *corner) resize_anew(axis, clusters_.size() + search_padding);
  }
  resize_anew(atom_count_, clusters_.size());
  for (std::size_t cluster = 0; cluster < clusters_.size(); ++cluster) {
    const double* atoms = &slots_.atoms()[4 * width_ * cluster];
    atom_count_[cluster] = clusters_.atom_count(cluster);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double* x = atoms + axis * width_;
      double low = x[0];
      double high = x[0];
      for (std::int32_t lane = 1; lane < atom_count_[cluster]; ++lane) {
        low = std::min(low, x[lane]);
        high = std::max(high, x[lane]);
      }
      low_[axis][cluster] = low;
      high_[axis][cluster] = high;
    }
  }
}

SearchedClusters LocalAtoms::searched() const {
  return {slots_.atoms().data(),
          atom_count_.data(),
          {low_[0].data(), low_[1].data(), low_[2].data()},
          {high_[0].data(), high_[1].data(), high_[2].data()}};
}

void LocalAtoms::fold_images(std::span<double> forces) const {
  const double* from = forces.data() + 3 * owned_.size();
  for (std::size_t first = 0; first < imaged_.size(); first += width_) {
    for (std::size_t lane = 0; lane < width_; ++lane) {
      if (imaged_[first + lane] == padding) continue;
      const auto slot = static_cast<std::size_t>(imaged_[first + lane]);
      double* to = &forces[force_offset(slot, width_)];
      for (std::size_t axis = 0; axis < 3; ++axis) to[axis * width_] += from[axis * width_ + lane];
    }
    from += 3 * width_;
  }
}

double LocalAtoms::refresh(const Cell& cell, std::span<const double> positions) {
  return slots_.refresh(cell, positions, owned_clusters());
}

bool LocalAtoms::within_since_select(const Cell& cell, std::span<const double> positions,
                                     double limit) const {
  return slots_.within_since_settled(cell, positions, owned_, limit);
}

bool LocalAtoms::sample_within_since_refresh(const Cell& cell, std::span<const double> positions,
                                             double limit) const {
  return slots_.sample_within_since_refresh(cell, positions, owned_, limit);
}

double LocalAtoms::likely_pairs(double reach) const {
  // Atoms of each column that one atom may see.
  std::vector<double> seen(columns_.size());
  for (std::size_t index = 0; index < columns_.size(); ++index) {
    const Column& column = columns_[index];
    for (const IndexRange range : {column.owned, column.images, column.ghosts}) {
      if (range.begin >= range.end) continue;
      const auto first = static_cast<std::size_t>(range.begin);
      const auto last = static_cast<std::size_t>(range.end - 1);
      const double height = high_[2][last] - low_[2][first];
      const double share = height > 2 * reach ? 2 * reach / height : 1;
      seen[index] += share * static_cast<double>(width_ * (last + 1 - first));
    }
  }
  double pairs = 0;
  for (const Column& column : columns_) {
    double around = 0;
    for (std::int32_t at = column.around.begin; at < column.around.end; ++at) {
      around += seen[static_cast<std::size_t>(columns_around_[static_cast<std::size_t>(at)])];
    }
    pairs += around * static_cast<double>(column.owned.end - column.owned.begin) *
             static_cast<double>(width_);
  }
  return pairs;
}

std::size_t LocalAtoms::bytes() const {
  std::size_t bytes = table_.bytes() + clusters_.bytes() + slots_.bytes() +
                      bytes_of(columns_, columns_around_, arrivals_, ghosts_, slot_by_place_,
                               guests_, image_shifts_, owned_, imaged_, atom_count_);
  for (const auto* corner : {&low_, &high_}) {
    bytes += bytes_of((*corner)[0], (*corner)[1], (*corner)[2]);
  }
  return bytes;
}

}  // namespace forcewire
