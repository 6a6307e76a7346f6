#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <span>

#include "engine/parallel/node_layout.hpp"
#include "engine/parallel/pending.hpp"
#include "engine/parallel/relay.hpp"

namespace forcewire {

/// Positions that go from the root to other nodes piece by piece, while the root still gets the
/// rest of them. The rest goes when all is there: with it comes the order to evaluate.
///
/// The leader of each node gets a piece once, and passes it on as its `Relay` says. (MPI_Ibcast
/// does otherwise: Open MPI 4.1 has the root send everything to each of four nodes, and three times
/// to eight.) It does so when it is called: at the next piece, and at the end, where the last ones
/// have some nodes to go. To pass them on in between, while it waits for orders, would save no more
/// time than the root takes to get a piece.
class PositionPieces {
 public:
  /// @param nodes kept by reference
  /// @param piece the fewest coordinates that go at a time
  /// @param longest_chain see Relay
  PositionPieces(const NodeLayout& nodes, std::size_t piece,
                 int longest_chain = Relay::usual_longest_chain);

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
  bool is_under_way() const { return !under_way_.empty(); }

  /// Waits until all that was begun is here, and has been passed on. The root waits for those after
  /// it only, who need not be here to get what they have begun. @collective
  void finish();

  /// Brings `rest`, when nothing is under way: at once what is no longer than a piece, in pieces
  /// what is. @collective
  void bring(std::span<double> rest);

 private:
  /// One that is under way.
  struct Piece {
    std::span<double> numbers;
    Pending arrival;  // nothing at the root
    bool passed_on = false;
    std::array<Pending, Relay::most_after> departures;
  };

  void start_piece(std::span<double> numbers);
  bool get_on();
  bool pass_on(Piece& piece);
  bool has_gone(Piece& piece);

  const NodeLayout& nodes_;
  std::size_t piece_;
  Relay relay_;  // a leader's
  std::size_t expected_ = 0;
  std::size_t gone_ = 0;
  std::deque<Piece> under_way_;  // a leader's
};

}  // namespace forcewire
