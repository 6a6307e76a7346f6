#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "engine/parallel/communicator.hpp"
#include "engine/parallel/pending.hpp"
#include "engine/parallel/relay.hpp"

namespace forcewire {

/// The sum over ranks of a long array, which comes to the root piece by piece: what is there can be
/// used while the rest is on its way. One is for many sums, one after the other, and keeps its
/// buffers from one to the next.
///
/// Each rank sends each number once, to the next on the way to the root: see `Relay`. (MPI_Ireduce
/// does otherwise: with three ranks and more, Open MPI 4.1 has the root send an array as well.)
///
/// A few pieces are under way at a time. So that they go on, each rank must `wait_for` them, and
/// nobody may begin anything else with these ranks before all have.
class PiecewiseSum {
 public:
  /// @param piece how many numbers a piece has
  /// @param longest_chain see Relay
  explicit PiecewiseSum(std::size_t piece, int longest_chain = Relay::usual_longest_chain)
      : piece_(piece), longest_chain_(longest_chain) {}

  PiecewiseSum(const PiecewiseSum&) = delete;
  PiecewiseSum& operator=(const PiecewiseSum&) = delete;

  /// Begins to sum up `data`, in place at the root; elsewhere `data` may hold anything afterwards.
  /// What is no longer than a piece is summed up at once. The sum before this one has been
  /// finished.
  /// @param ranks kept by reference
  /// @collective
  void begin(const Communicator& ranks, std::span<double> data);

  /// Waits until the first `count` numbers are the sum, or all if there are fewer. At ranks other
  /// than the root: until they have been sent. Before the first sum there are none.
  /// @return how many are
  std::size_t wait_for(std::size_t count);

  /// Waits for all. @collective
  void finish() { wait_for(data_.size()); }

  /// Memory that the buffers hold.
  std::size_t bytes() const;

 private:
  /// One piece that arrives, one that is made of others' numbers, and some to go on with.
  static constexpr std::size_t most_under_way = 4;

  /// What another rank has summed up of a piece.
  struct Arrival {
    std::vector<double> numbers;  // room for a piece, kept for the next
    Pending receive;
  };

  /// One that is under way: what others have summed up arrives, is added to ours, and goes on.
  struct Piece {
    std::span<double> numbers;
    std::array<Arrival, Relay::most_after> arrivals;  // from those after this rank
    bool summed_up = false;
    Pending departure;
  };

  void start_pieces();
  bool get_on();
  bool sum_up(Piece& piece);
  Piece& under_way(std::size_t index) { return pieces_[(first_ + index) % most_under_way]; }

  std::size_t piece_;
  int longest_chain_;
  const Communicator* ranks_ = nullptr;
  Relay relay_;
  std::span<double> data_;
  std::size_t started_ = 0;   // of data_, how many numbers
  std::size_t finished_ = 0;  // ... and of these
  // Those under way, one behind the other from the first one on, around the end.
  std::array<Piece, most_under_way> pieces_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

}  // namespace forcewire
