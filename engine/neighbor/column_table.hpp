#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/neighbor/bytes_of.hpp"

namespace forcewire {

/// The columns of space that matter to a rank, numbered from 0 in the order of their first mention.
///
/// A column is a square of a regular grid in the plane of x and y, and reaches along all of z. Only
/// mentioned ones exist, in a hash table, so that memory follows the atoms and not the area: a
/// droplet with one atom evaporated to infinity costs what the droplet costs.
class ColumnTable {
 public:
  static constexpr std::int32_t none = -1;

  /// Of no use.
  ColumnTable() = default;

  /// @param x, y corner of a column [bohr]; @param edge of the squares [bohr]
  ColumnTable(double x, double y, double edge);

  double edge() const { return edge_; }  ///< of a column [bohr]; 0 of a table of no use

  /// Number of columns mentioned so far.
  std::int32_t size() const { return static_cast<std::int32_t>(keys_.size()); }

  /// The column at x, y, made when it does not exist.
  std::int32_t mention(double x, double y) {
    const Key key = this->key(x, y);
    Recent& recent = recent_[recent_index(key)];
    if (!recent.is(key)) recent = {key, mention(key)};
    return recent.column;
  }

  /// The column at x, y, or `none`.
  std::int32_t find(double x, double y) const {
    const Key key = this->key(x, y);
    const Recent& recent = recent_[recent_index(key)];
    return recent.is(key) ? recent.column : slots_[slot(key)];
  }

  /// Mentions all columns of which a point is within `reach` [bohr] of one in `column`, itself
  /// included.
  /// @param around gets their numbers
  void mention_around(std::int32_t column, double reach, std::vector<std::int32_t>& around);

  /// Memory that is held.
  std::size_t bytes() const { return bytes_of(keys_, recent_, slots_); }

 private:
  using Key = std::uint64_t;

  /// A column that was mentioned before.
  struct Recent {
    Key key = 0;
    std::int32_t column = none;

    bool is(Key other) const { return column != none && key == other; }
  };
  static constexpr std::size_t recent_edge = 32;

  Key key(double x, double y) const;
  /// Where a column is if it is a recent one: those near each other are all there. That is faster
  /// than to hash.
  static std::size_t recent_index(Key key) {
    return (key >> 32U) % recent_edge * recent_edge + key % recent_edge;
  }
  std::int32_t mention(Key key);
  std::size_t slot(Key key) const;
  void grow();

  double x_ = 0;
  double y_ = 0;
  double edge_ = 0;
  double per_length_ = 0;  // columns
  std::vector<Key> keys_;  // by column
  std::vector<Recent> recent_;
  std::vector<std::int32_t> slots_;  // open addressing: column or none; size is a power of two
};

}  // namespace forcewire
