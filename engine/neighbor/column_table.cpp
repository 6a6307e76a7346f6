#include "engine/neighbor/column_table.hpp"

#include <algorithm>
#include <cmath>

#include "engine/geometry/coordinates.hpp"

namespace forcewire {

namespace {

// Numbers of columns along an axis repeat with the period of the grid, 2^32: strangers that share a
// column only cost the test of a distance, and neighbours stay neighbours.
std::uint32_t column_number(double columns) {
  return static_cast<std::uint32_t>(static_cast<std::int64_t>(whole(columns)));
}

std::uint64_t key_of(std::uint32_t x, std::uint32_t y) { return (std::uint64_t{x} << 32U) | y; }

}  // namespace

ColumnTable::ColumnTable(double x, double y, double edge)
    : x_(x),
      y_(y),
      edge_(edge),
      per_length_(1 / edge),
      recent_(recent_edge * recent_edge),
      slots_(64, none) {}

ColumnTable::Key ColumnTable::key(double x, double y) const {
  return key_of(column_number((x - x_) * per_length_), column_number((y - y_) * per_length_));
}

std::size_t ColumnTable::slot(Key key) const {
  // The finalizer of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): every bit of the key reaches
  // every bit of the slot. Rows of columns along an axis differ in few bits, and must not fall
  // together.
  Key mixed = (key ^ (key >> 30U)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = (mixed ^ (mixed >> 31U)) & mask;
  while (slots_[at] != none && keys_[static_cast<std::size_t>(slots_[at])] != key) {
    at = (at + 1) & mask;
  }
  return at;
}

std::int32_t ColumnTable::mention(Key key) {
  const std::size_t at = slot(key);
  if (slots_[at] != none) return slots_[at];
  const std::int32_t column = size();
  slots_[at] = column;
  keys_.push_back(key);
  if (keys_.size() * 2 > slots_.size()) grow();
  return column;
}

void ColumnTable::grow() {
  slots_.assign(slots_.size() * 2, none);
  for (std::size_t column = 0; column < keys_.size(); ++column) {
    slots_[slot(keys_[column])] = static_cast<std::int32_t>(column);
  }
}

void ColumnTable::mention_around(std::int32_t column, double reach,
                                 std::vector<std::int32_t>& around) {
  const Key key = keys_[static_cast<std::size_t>(column)];
  const auto x = static_cast<std::uint32_t>(key >> 32U);
  const auto y = static_cast<std::uint32_t>(key);
  const auto most = static_cast<int>(std::ceil(reach / edge_));
  const double limit = (reach / edge_) * (reach / edge_);
  const auto gap = [](int columns) { return std::max(std::abs(columns) - 1, 0); };
  around.clear();
  for (int i = -most; i <= most; ++i) {
    for (int j = -most; j <= most; ++j) {
      if (gap(i) * gap(i) + gap(j) * gap(j) > limit) continue;
      around.push_back(
          mention(key_of(x + static_cast<std::uint32_t>(i), y + static_cast<std::uint32_t>(j))));
    }
  }
}

}  // namespace forcewire
