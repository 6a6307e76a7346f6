#include "engine/neighbor/verlet_list.hpp"

#include <fmt/format.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "engine/geometry/coordinates.hpp"
#include "engine/geometry/invalid_structure.hpp"
#include "engine/kernels/search_kernel.hpp"
#include "engine/kernels/simd.hpp"
#include "engine/neighbor/bytes_of.hpp"

namespace forcewire {

namespace {

/// Largest factor by which `matrix` stretches a vector.
double spectral_norm(const Eigen::Matrix3d& matrix) {
  const Eigen::Matrix3d square = matrix.transpose() * matrix;
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> solver(square, Eigen::EigenvaluesOnly);
  return std::sqrt(solver.eigenvalues().maxCoeff());
}

// Consecutive clusters of a column share their candidates: to find these takes longer than to test
// some that only one of the clusters needs.
constexpr std::int32_t at_once = 4;

// In skins. With more, lists would hardly live longer: fast atoms get so many that it does not pay
// to look at each, and local atoms get more, too.
constexpr double slack = 0.4;

// More pairs than these take a rank many seconds, and more gigabytes than it may have; where each
// atom has no more neighbours than matter has within any cutoff, they are so many because the atoms
// are, and whoever sends these knows it.
constexpr double most_pairs = 2e9;
constexpr double most_neighbors = 3e4;

/// Atoms may be crowded without measure: a server that sends nanometres as bohr does it.
/// @throws InvalidStructure
void check_pair_count(const LocalAtoms& atoms, double reach) {
  const auto owned = static_cast<double>(atoms.slot_by_place().size());
  if (owned * static_cast<double>(atoms.clusters() * atoms.width()) <= most_pairs) return;
  const double pairs = atoms.likely_pairs(reach);
  if (pairs <= most_pairs || pairs <= most_neighbors * owned) return;
  throw InvalidStructure(
      fmt::format("each atom may have {:.0e} others within {:g} bohr, which is too much for {:.0f} "
                  "atoms on one rank, expected atoms that are less crowded",
                  pairs / owned, reach, owned));
}

/// The clusters of a column that are within reach of one after the other of another column.
class ColumnCursor {
 public:
  explicit ColumnCursor(IndexRange clusters)
      : all_(clusters), near_{clusters.begin, clusters.begin} {}

  /// Moves on to the cluster between `low` and `high`; both must not be lower than before.
  /// @param clusters with their z limits
  IndexRange move_to(double low, double high, const SearchedClusters& clusters) {
    while (near_.begin < all_.end && clusters.high[2][near_.begin] < low) ++near_.begin;
    near_.end = std::max(near_.end, near_.begin);
    while (near_.end < all_.end && clusters.low[2][near_.end] <= high) ++near_.end;
    return near_;
  }

 private:
  IndexRange all_;
  IndexRange near_;
};

}  // namespace

VerletList::VerletList(double cutoff, const Skin& skin, std::vector<AtomListKind> kinds)
    : cutoff_(cutoff), shortest_cutoff_(cutoff), skin_(skin), atom_lists_(std::move(kinds)) {
  for (const AtomListKind& kind : atom_lists_.kinds()) {
    shortest_cutoff_ = std::min(shortest_cutoff_, kind.cutoff);
  }
}

bool VerletList::is_alike(const Cell& cell, std::span<const double> positions) const {
  return built_for_ && built_for_->coordinates == positions.size() &&
         built_for_->cell.periodic() == cell.periodic();
}

bool VerletList::resolves_share(std::span<const double> positions) const {
  const std::size_t begin = built_for_->part.begin(positions.size());
  return can_be_resolved(positions.subspan(begin, built_for_->part.end(positions.size()) - begin));
}

double VerletList::largest_motion(const Cell& cell) const {
  const Eigen::Matrix3d& reference = built_for_->cell.matrix();
  const double stretch =
      reference == cell.matrix() ? 1.0 : spectral_norm(reference * cell.inverse());
  const double skin = list_cutoff_ - cutoff_;
  // The longest list decides in a cell that shrinks, the shortest in one that grows.
  return std::min(list_cutoff_ / stretch - cutoff_,
                  (shortest_cutoff_ + skin) / stretch - shortest_cutoff_) /
         2;
}

VerletList::Serves VerletList::refresh(const Cell& cell, std::span<const double> positions) {
  if (!is_alike(cell, positions)) return Serves::no;
  const double limit = largest_motion(cell);
  if (!(limit > 0)) return Serves::no;
  const double farthest_squared = atoms_.refresh(cell, positions);
  if (farthest_squared <= limit * limit) return Serves::yes;
  const double fast_limit = limits().motion;
  // Fast atoms are looked at for the longest list alone.
  if (shortest_cutoff_ == cutoff_ && built_for_->cell.matrix() == cell.matrix() &&
      farthest_squared <= fast_limit * fast_limit) {
    return Serves::perhaps;
  }
  atoms_.undo_refresh();
  return Serves::no;
}

FastAtoms::Limits VerletList::limits() const {
  const double skin = list_cutoff_ - cutoff_;
  return {cutoff_, list_cutoff_, skin / 2, (1 + slack) * skin / 2};
}

bool VerletList::may_serve(const Cell& cell, std::span<const double> positions) const {
  if (!is_alike(cell, positions) || !resolves_share(positions)) return false;
  const double limit = largest_motion(cell);
  return limit > 0 && atoms_.within_since_select(cell, positions, limit);
}

bool VerletList::is_near(const Cell& cell, std::span<const double> positions,
                         double distance) const {
  return is_alike(cell, positions) && resolves_share(positions) &&
         atoms_.sample_within_since_refresh(cell, positions, distance);
}

std::size_t VerletList::bytes() const {
  return atoms_.bytes() + fast_atoms_.bytes() + atom_lists_.bytes() +
         bytes_of(owned_rows_.begin, owned_rows_.cluster, ghost_rows_.begin, ghost_rows_.cluster,
                  scratch_);
}

void VerletList::rebuild(const Cell& cell, std::span<const double> positions,
                         std::span<const std::int32_t> species, const SpatialOrder& order,
                         Part part, std::span<const int> mates) {
  discard();
  list_cutoff_ = cutoff_ + skin_.width();
  const double reach = list_cutoff_ + slack * skin_.width();
  atoms_.select(cell, positions, species, reach, order, part, mates,
                is_by_atom() ? LocalAtoms::Images::all : LocalAtoms::Images::for_pairs);
  check_pair_count(atoms_, reach);
  if (is_by_atom()) {
    atom_lists_.build(atoms_, skin_.width());
  } else {
    fill_rows();
  }
  fast_atoms_.make_room(atoms_);
  built_for_ = Reference{cell, positions.size(), part};
}

void VerletList::fill_rows() {
  const std::size_t slots = atoms_.owned().size();
  for (Rows* rows : {&owned_rows_, &ghost_rows_}) {
    rows->slots = slots;
    rows->begin.clear();
    rows->begin.reserve((slots + 1) * 5 / 4);
    rows->begin.push_back(0);
  }
  for (const LocalAtoms::Column& column : atoms_.columns()) fill_rows_of_column(column);
}

void VerletList::fill_rows_of_column(const LocalAtoms::Column& column) {
  const SearchedClusters clusters = atoms_.searched();
  std::vector<ColumnCursor> owned;
  std::vector<ColumnCursor> ghosts;
  for (std::int32_t at = column.around.begin; at < column.around.end; ++at) {
    const std::int32_t index = atoms_.columns_around()[static_cast<std::size_t>(at)];
    const LocalAtoms::Column& other = atoms_.columns()[static_cast<std::size_t>(index)];
    // A pair of owned clusters is the lower one's.
    if (other.owned.begin > column.owned.begin) owned.emplace_back(other.owned);
    if (other.images.begin < other.images.end) owned.emplace_back(other.images);
    if (other.ghosts.begin < other.ghosts.end) ghosts.emplace_back(other.ghosts);
  }
  ColumnCursor here(column.owned);

  const double radius_squared = list_cutoff_ * list_cutoff_;
  const double reach = list_cutoff_ * (1 + ImagesInBox::margin);
  std::vector<IndexRange> of_owned;
  std::vector<IndexRange> of_ghosts;
  for (std::int32_t first = column.owned.begin; first < column.owned.end; first += at_once) {
    const std::int32_t last = std::min(first + at_once, column.owned.end) - 1;
    const double low = clusters.low[2][first] - reach;
    const double high = clusters.high[2][last] + reach;
    const std::int32_t end = here.move_to(low, high, clusters).end;
    of_owned.assign(1, {});
    for (ColumnCursor& cursor : owned) of_owned.push_back(cursor.move_to(low, high, clusters));
    of_ghosts.clear();
    for (ColumnCursor& cursor : ghosts) of_ghosts.push_back(cursor.move_to(low, high, clusters));
    for (std::int32_t self = first; self <= last; ++self) {
      of_owned.front() = {self + 1, end};
      owned_rows_.add(clusters, atoms_.width(), self, of_owned, radius_squared, scratch_);
      ghost_rows_.add(clusters, atoms_.width(), self, of_ghosts, radius_squared, scratch_);
    }
  }
}

void VerletList::Rows::add(const SearchedClusters& clusters, std::size_t width, std::int32_t self,
                           std::span<const IndexRange> candidates, double radius_squared,
                           std::vector<std::int32_t>& scratch) {
  std::size_t count = 0;
  for (const IndexRange range : candidates) {
    count += static_cast<std::size_t>(range.end - range.begin);
  }
  const std::size_t old_end = begin.back();
  const std::size_t room = old_end + width * count + search_padding;
  if (cluster.size() < room) {
    // What all rows take if the rest are like those so far, once these are many enough to tell, and
    // some more for the next list; a copy costs more than a guess.
    const std::size_t done = begin.size() - 1;
    const std::size_t all_rows = done > slots / 16 ? old_end / done * slots * 5 / 4 : 0;
    cluster.resize(std::max({room, cluster.size() * 5 / 4, all_rows}));
  }
  if (scratch.size() < 2 * count + search_padding) scratch.resize(2 * (2 * count + search_padding));
  std::array<std::size_t, largest_cluster> row_end;
  find_rows(clusters, self, candidates, radius_squared, scratch, cluster.data() + old_end,
            row_end.data());
  for (std::size_t slot = 0; slot < width; ++slot) begin.push_back(old_end + row_end[slot]);
}

NeighborRows VerletList::Rows::view() const {
  if (begin.empty()) return {};  // lists are by atom
  return {begin, std::span(cluster).first(begin.back())};
}

LocalSystem VerletList::system() const {
  constexpr double most_list_cutoffs = 1000;
  const Box& box = atoms_.owned_box();
  const Eigen::Vector3d center = (box.low + box.high) / 2;
  return {atoms_.width(),
          atoms_.owned_clusters(),
          atoms_.image_clusters(),
          atoms_.atoms(),
          owned_rows_.view(),
          ghost_rows_.view(),
          {center.x(), center.y(), center.z()},
          (box.high - box.low).maxCoeff() < most_list_cutoffs * list_cutoff_,
          is_by_atom() ? &atom_lists_.slots() : nullptr};
}

}  // namespace forcewire
