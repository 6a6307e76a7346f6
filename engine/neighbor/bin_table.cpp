#include "engine/neighbor/bin_table.hpp"

#include <algorithm>

namespace forcewire {

namespace {

constexpr std::uint64_t axis_mask = (std::uint64_t{1} << 21) - 1;

/// Calls `visit` with the key of each bin in and around that of `key`, inside the grid.
template <typename Visit>
void for_neighbor_keys(std::uint64_t key, int axis_bits, Visit visit) {
  const auto x = static_cast<std::int64_t>(key >> (2 * axis_bits));
  const auto y = static_cast<std::int64_t>((key >> axis_bits) & axis_mask);
  const auto z = static_cast<std::int64_t>(key & axis_mask);
  const auto last = static_cast<std::int64_t>(axis_mask);
  for (std::int64_t i = std::max<std::int64_t>(x - 1, 0); i <= std::min(x + 1, last); ++i) {
    for (std::int64_t j = std::max<std::int64_t>(y - 1, 0); j <= std::min(y + 1, last); ++j) {
      for (std::int64_t k = std::max<std::int64_t>(z - 1, 0); k <= std::min(z + 1, last); ++k) {
        visit(static_cast<std::uint64_t>((i << (2 * axis_bits)) | (j << axis_bits) | k));
      }
    }
  }
}

}  // namespace

BinTable::BinTable(const Eigen::Vector3d& origin, double edge)
    : origin_(origin), inverse_edge_(1 / edge), slots_(64, none) {}

BinTable::Key BinTable::key(const Eigen::Vector3d& position) const {
  // Beyond the grid, positions fall into its border bins. Two atoms closer than an edge still are
  // in the same or in neighbouring bins, so no pair gets lost.
  constexpr double last = static_cast<double>(axis_mask);
  const Eigen::Array3d box = ((position.array() - origin_) * inverse_edge_).max(0.0).min(last);
  return (static_cast<Key>(box[0]) << (2 * axis_bits)) | (static_cast<Key>(box[1]) << axis_bits) |
         static_cast<Key>(box[2]);
}

std::size_t BinTable::slot(Key key) const {
  // Fibonacci hashing (Knuth, TAOCP vol. 3, 6.4): the high bits of a product by 2^64 / golden
  // ratio.
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = static_cast<std::size_t>((key * 0x9E3779B97F4A7C15U) >> 24) & mask;
  while (slots_[at] != none && keys_[static_cast<std::size_t>(slots_[at])] != key) {
    at = (at + 1) & mask;
  }
  return at;
}

std::int32_t BinTable::find(Key key) const { return slots_[slot(key)]; }

std::int32_t BinTable::mention(Key key) {
  const std::size_t at = slot(key);
  if (slots_[at] != none) return slots_[at];
  const std::int32_t bin = size();
  slots_[at] = bin;
  keys_.push_back(key);
  if (keys_.size() * 2 > slots_.size()) grow();
  return bin;
}

void BinTable::grow() {
  slots_.assign(slots_.size() * 2, none);
  for (std::size_t bin = 0; bin < keys_.size(); ++bin) {
    slots_[slot(keys_[bin])] = static_cast<std::int32_t>(bin);
  }
}

void BinTable::mention_neighbors(std::int32_t bin) {
  for_neighbor_keys(keys_[static_cast<std::size_t>(bin)], axis_bits,
                    [this](Key key) { mention(key); });
}

int BinTable::neighbors(std::int32_t bin, std::int32_t* neighbors) const {
  int count = 0;
  for_neighbor_keys(keys_[static_cast<std::size_t>(bin)], axis_bits, [&](Key key) {
    const std::int32_t found = find(key);
    if (found != none) neighbors[count++] = found;
  });
  return count;
}

}  // namespace forcewire
