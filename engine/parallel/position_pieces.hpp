#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "engine/parallel/node_layout.hpp"
#include "engine/parallel/pending.hpp"

namespace forcewire {

/// Positions that go from the root to other nodes piece by piece, while the root still gets the
/// rest of them. The last piece goes some other way: with it comes the order to evaluate.
class PositionPieces {
 public:
  /// @param nodes kept by reference
  /// @param piece the fewest coordinates that go at a time
  PositionPieces(const NodeLayout& nodes, std::size_t piece) : nodes_(nodes), piece_(piece) {}

  // What the root keeps account of, in numbers of coordinates:

  /// `count` will come, none of which have gone.
  void expect(std::size_t count) {
    expected_ = count;
    gone_ = 0;
  }

  std::size_t expected() const { return expected_; }
  std::size_t gone() const { return gone_; }

  /// Is it time for a piece, if the first `count` are there?
  bool is_due(std::size_t count) const { return count < expected_ && count >= gone_ + piece_; }

  /// At how many that is to be asked again; if at all of them, it need not be.
  std::size_t next() const { return std::min(gone_ + piece_, expected_); }

  /// No more will come, and `count` are there: how many of these have gone? To be asked once: the
  /// same memory may hold other numbers then.
  std::size_t take(std::size_t count);

  // What goes:

  /// Begins to bring coordinates `begin` to `end` - 1 of `positions` to all nodes.
  /// @collective
  void start(std::span<double> positions, std::size_t begin, std::size_t end);

  /// Is something on its way, as far as this rank knows?
  bool is_under_way() const { return !broadcasts_.empty(); }

  /// Waits for all that was begun. @collective
  void finish();

 private:
  const NodeLayout& nodes_;
  std::size_t piece_;
  std::size_t expected_ = 0;
  std::size_t gone_ = 0;
  std::vector<Pending> broadcasts_;  // the leaders'
};

}  // namespace forcewire
