#include "engine/neighbor/column_clusters.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/neighbor/bytes_of.hpp"

namespace forcewire {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Where along a column its atoms are.
struct Extent {
  double low;
  double high;
};

}  // namespace

void ColumnClusters::clear(std::size_t width) {
  width_ = static_cast<std::int32_t>(width);
  members_.clear();
}

void ColumnClusters::sort(std::span<const PlacedAtom> arrivals, std::size_t first,
                          std::int32_t column_count) {
  const auto columns = static_cast<std::size_t>(column_count);
  begin_.assign(columns + 1, 0);
  std::vector<Extent> extent(columns, {infinity, -infinity});
  for (std::size_t at = first; at < arrivals.size(); ++at) {
    const auto column = static_cast<std::size_t>(arrivals[at].column);
    const double z = arrivals[at].place.z();
    ++begin_[column + 1];
    extent[column] = {std::min(extent[column].low, z), std::max(extent[column].high, z)};
  }
  begin_[0] = static_cast<std::int32_t>(first);
  std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());

  // A column of n atoms is n floors. Atoms by floor, one counting sort, are nearly sorted by z.
  std::vector<double> floors_per_length(columns, 0);
  for (std::size_t column = 0; column < columns; ++column) {
    const double height = extent[column].high - extent[column].low;
    const double floors = (begin_[column + 1] - begin_[column]) / height;
    if (std::isfinite(floors)) floors_per_length[column] = floors;
  }
  floor_.resize(arrivals.size());
  next_.assign(arrivals.size() - first + 1, 0);
  for (std::size_t at = first; at < arrivals.size(); ++at) {
    const auto column = static_cast<std::size_t>(arrivals[at].column);
    const double above = arrivals[at].place.z() - extent[column].low;
    const auto floor = static_cast<std::int32_t>(above * floors_per_length[column]);
    floor_[at] = std::min(begin_[column] + floor, begin_[column + 1] - 1);
    ++next_[static_cast<std::size_t>(floor_[at]) - first + 1];
  }
  next_[0] = static_cast<std::int32_t>(first);
  std::partial_sum(next_.begin(), next_.end(), next_.begin());
  sorted_.resize(arrivals.size());
  for (std::size_t at = first; at < arrivals.size(); ++at) {
    const auto to = next_[static_cast<std::size_t>(floor_[at]) - first]++;
    sorted_[static_cast<std::size_t>(to)] = {arrivals[at].place.z(), static_cast<std::int32_t>(at)};
  }
  std::int32_t floor_begin = static_cast<std::int32_t>(first);
  for (const std::int32_t floor_end : next_) {  // it was moved there
    if (floor_end - floor_begin > 1) {
      std::sort(sorted_.begin() + floor_begin, sorted_.begin() + floor_end,
                [](const Sorted& a, const Sorted& b) { return a.z < b.z; });
    }
    floor_begin = floor_end;
  }
}

double ColumnClusters::fitting_edge(double edge) const {
  double height = 0;
  int full_clusters = 0;
  for (std::size_t column = 0; column < columns(); ++column) {
    for (std::int32_t at = begin_[column]; at + width_ <= begin_[column + 1]; at += width_) {
      height += sorted(at + width_ - 1).z - sorted(at).z;
      ++full_clusters;
    }
  }
  // From the first atom to the last there is one distance less than there are atoms.
  if (full_clusters > 0) height *= static_cast<double>(width_) / ((width_ - 1) * full_clusters);
  const double atoms_per_column =
      static_cast<double>(begin_.back() - begin_.front()) / static_cast<double>(columns());
  return std::max(std::cbrt(edge * edge * height),
                  edge * std::sqrt(static_cast<double>(width_) / atoms_per_column));
}

IndexRange ColumnClusters::cut(std::size_t column, double widest_gap) {
  const auto first = static_cast<std::int32_t>(members_.size());
  const std::int32_t column_end = begin_[column + 1];
  std::int32_t begin = begin_[column];
  for (std::int32_t at = begin; at < column_end; ++at) {
    const bool is_last = at + 1 == column_end;
    if (is_last || at + 1 - begin == width_ || sorted(at + 1).z - sorted(at).z > widest_gap) {
      members_.push_back({begin, at + 1});
      begin = at + 1;
    }
  }
  return {first, static_cast<std::int32_t>(members_.size())};
}

std::size_t ColumnClusters::bytes() const {
  return bytes_of(sorted_, members_, begin_, floor_, next_);
}

}  // namespace forcewire
