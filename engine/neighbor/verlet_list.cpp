#include "engine/neighbor/verlet_list.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <array>
#include <cmath>

#include "engine/kernels/search_kernel.hpp"

namespace forcewire {

namespace {

/// Largest factor by which `matrix` stretches a vector.
double spectral_norm(const Eigen::Matrix3d& matrix) {
  const Eigen::Matrix3d square = matrix.transpose() * matrix;
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> solver(square, Eigen::EigenvaluesOnly);
  return std::sqrt(solver.eigenvalues().maxCoeff());
}

/// The candidates of the atoms in one bin: all local atoms in the bins around it, as few runs as
/// possible.
class Candidates {
 public:
  Candidates(const LocalAtoms& atoms, std::int32_t bin) {
    std::array<std::int32_t, 27> bins;
    const int bin_count = atoms.bins().neighbors(bin, bins.data());
    for (int at = 0; at < bin_count; ++at) {
      const auto neighbor = static_cast<std::size_t>(bins[static_cast<std::size_t>(at)]);
      if (neighbor < atoms.owned_in_bin().size()) add(atoms.owned_in_bin()[neighbor]);
      add(atoms.ghosts_in_bin()[neighbor]);
    }
    const auto end = ranges_.begin() + range_count_;
    std::sort(ranges_.begin(), end, [](IndexRange a, IndexRange b) { return a.begin < b.begin; });
    int merged = 0;
    for (int at = 1; at < range_count_; ++at) {
      IndexRange& last = ranges_[static_cast<std::size_t>(merged)];
      const IndexRange next = ranges_[static_cast<std::size_t>(at)];
      if (last.end == next.begin) {
        last.end = next.end;
      } else {
        ranges_[static_cast<std::size_t>(++merged)] = next;
      }
    }
    range_count_ = std::min(range_count_, merged + 1);
  }

  std::span<const IndexRange> ranges() const {
    return {ranges_.data(), static_cast<std::size_t>(range_count_)};
  }
  std::size_t count() const { return count_; }

 private:
  void add(IndexRange range) {
    if (range.begin == range.end) return;
    ranges_[static_cast<std::size_t>(range_count_++)] = range;
    count_ += static_cast<std::size_t>(range.end - range.begin);
  }

  std::array<IndexRange, 54> ranges_;
  int range_count_ = 0;
  std::size_t count_ = 0;
};

}  // namespace

VerletList::VerletList(double cutoff, double skin) : cutoff_(cutoff), list_cutoff_(cutoff + skin) {}

bool VerletList::is_alike(const Cell& cell, std::span<const double> positions) const {
  if (!built_for_ || built_for_->coordinates != positions.size() ||
      built_for_->cell.periodic() != cell.periodic()) {
    return false;
  }
  const auto begin_of = [&](int index) {
    return positions.size() * static_cast<std::size_t>(index) /
           static_cast<std::size_t>(built_for_->part.count);
  };
  const std::size_t begin = begin_of(built_for_->part.index);
  return can_be_resolved(positions.subspan(begin, begin_of(built_for_->part.index + 1) - begin));
}

double VerletList::largest_motion(const Cell& cell) const {
  const Eigen::Matrix3d& reference = built_for_->cell.matrix();
  const double stretch =
      reference == cell.matrix() ? 1.0 : spectral_norm(reference * cell.inverse());
  return (list_cutoff_ / stretch - cutoff_) / 2;
}

bool VerletList::refresh(const Cell& cell, std::span<const double> positions) {
  if (!is_alike(cell, positions)) return false;
  const double limit = largest_motion(cell);
  if (!(limit > 0)) return false;
  const bool serves = atoms_.refresh(cell, positions, limit);
  if (!serves) atoms_.undo_refresh();
  return serves;
}

bool VerletList::may_serve(const Cell& cell, std::span<const double> positions) const {
  if (!is_alike(cell, positions)) return false;
  const double limit = largest_motion(cell);
  return limit > 0 && atoms_.within_since_select(cell, positions, limit);
}

bool VerletList::is_near(const Cell& cell, std::span<const double> positions,
                         double distance) const {
  return is_alike(cell, positions) && atoms_.within_since_refresh(cell, positions, distance);
}

std::size_t VerletList::bytes() const {
  std::size_t numbers = 0;
  for (const auto& axis : coordinates_) numbers += axis.capacity();
  return atoms_.bytes() + numbers * sizeof(double) + row_begin_.capacity() * sizeof(std::size_t) +
         index_.capacity() * sizeof(std::int32_t);
}

void VerletList::rebuild(const Cell& cell, std::span<const double> positions,
                         std::span<const std::int32_t> species, Part part) {
  discard();
  atoms_.select(cell, positions, species, list_cutoff_, part);
  fill_rows();
  built_for_ = Reference{cell, positions.size(), part};
}

void VerletList::fill_rows() {
  const std::size_t owned = atoms_.owned_count();
  row_begin_.assign(1, 0);
  row_begin_.reserve(owned + 1);
  if (owned == 0) return;

  // Distances are tested on coordinates in arrays of their own: contiguous loads.
  for (auto& axis : coordinates_) axis.resize(atoms_.size() + search_padding);
  for (std::size_t local = 0; local < atoms_.size(); ++local) {
    const PackedAtom& atom = atoms_.atoms()[local];
    coordinates_[0][local] = atom.x;
    coordinates_[1][local] = atom.y;
    coordinates_[2][local] = atom.z;
  }
  const Coordinates arrays{coordinates_[0].data(), coordinates_[1].data(), coordinates_[2].data()};

  constexpr std::size_t multiple = NeighborRows::row_multiple;
  for (std::size_t bin = 0; bin < atoms_.owned_in_bin().size(); ++bin) {
    const Candidates candidates(atoms_, static_cast<std::int32_t>(bin));
    const IndexRange here = atoms_.owned_in_bin()[bin];
    for (std::int32_t i = here.begin; i < here.end; ++i) {
      const std::size_t begin = row_begin_.back();
      const std::size_t room = begin + candidates.count() + search_padding + multiple;
      if (index_.size() < room) {
        // What all rows take if the rest are like those so far; a copy costs more than a guess.
        const std::size_t all_rows = begin / row_begin_.size() * (owned + 1);
        index_.resize(std::max({room, index_.size() * 5 / 4, all_rows}));
      }
      const std::size_t found = find_within(arrays, i, candidates.ranges(),
                                            list_cutoff_ * list_cutoff_, index_.data() + begin);
      const std::size_t end = begin + (found + multiple - 1) / multiple * multiple;
      std::fill(index_.begin() + static_cast<std::ptrdiff_t>(begin + found),
                index_.begin() + static_cast<std::ptrdiff_t>(end), atoms_.far_atom());
      row_begin_.push_back(end);
    }
  }
}

LocalSystem VerletList::system() const {
  return {atoms_.atoms(),
          atoms_.owned_count(),
          {row_begin_, std::span(index_).first(row_begin_.back())}};
}

}  // namespace forcewire
