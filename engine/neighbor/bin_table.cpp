#include "engine/neighbor/bin_table.hpp"

namespace forcewire {

namespace {

constexpr std::uint64_t axis_mask = (std::uint64_t{1} << 21) - 1;

/// Calls `visit` with the key of each bin in and around that of `key`.
template <typename Visit>
void for_neighbor_keys(std::uint64_t key, int axis_bits, Visit visit) {
  const std::uint64_t x = key >> (2 * axis_bits);
  const std::uint64_t y = key >> axis_bits;
  // From -1 to 1, modulo the period of the grid.
  for (std::uint64_t i = x - 1; i != x + 2; ++i) {
    for (std::uint64_t j = y - 1; j != y + 2; ++j) {
      for (std::uint64_t k = key - 1; k != key + 2; ++k) {
        visit(((i & axis_mask) << (2 * axis_bits)) | ((j & axis_mask) << axis_bits) |
              (k & axis_mask));
      }
    }
  }
}

}  // namespace

BinTable::BinTable(const Eigen::Vector3d& origin, double edge)
    : origin_(origin), inverse_edge_(1 / edge), slots_(64, none) {}

BinTable::Key BinTable::key(const Eigen::Vector3d& position) const {
  // Bin numbers repeat with the period of the grid: strangers that share a bin only cost the test
  // of a distance, and neighbours stay neighbours.
  const Eigen::Array3d bin = ((position.array() - origin_) * inverse_edge_).floor();
  const auto number = [&](int axis) {
    return static_cast<Key>(static_cast<std::int64_t>(bin[axis])) & axis_mask;
  };
  return (number(0) << (2 * axis_bits)) | (number(1) << axis_bits) | number(2);
}

std::size_t BinTable::slot(Key key) const {
  // The finalizer of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): every bit of the key reaches
  // every bit of the slot. Rows of bins along an axis differ in few bits, and must not fall
  // together.
  Key mixed = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = (mixed ^ (mixed >> 31)) & mask;
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
