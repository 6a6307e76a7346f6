#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "engine/parallel/communicator.hpp"
#include "engine/parallel/pending.hpp"

namespace forcewire {

/// The sum over ranks of a long array, which comes to the root piece by piece: what is there can be
/// used while the rest is on its way. One is for many sums, one after the other, and keeps its
/// buffers from one to the next.
///
/// Each rank sends each number once, to the next on the way to the root. A few ranks form a chain,
/// so that the root, too, gets each number once; more form a tree in which nobody gets one more
/// than twice. (MPI_Ireduce does otherwise: with three ranks and more, Open MPI 4.1 has the root
/// send an array as well.)
///
/// A few pieces are under way at a time. So that they go on, each rank must `wait_for` them, and
/// nobody may begin anything else with these ranks before all have.
class PiecewiseSum {
 public:
  /// @param piece how many numbers a piece has
  /// @param longest_chain the most ranks that form a chain: the last one is as many steps away from
  ///        the root, and with many of them that takes longer than to get everything twice
  explicit PiecewiseSum(std::size_t piece, int longest_chain = 8)
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
  static constexpr std::size_t most_sources = 2;
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
    std::array<Arrival, most_sources> arrivals;
    bool summed_up = false;
    Pending departure;
  };

  void choose_sources();
  void start_pieces();
  bool get_on();
  bool sum_up(Piece& piece);
  Piece& under_way(std::size_t index) { return pieces_[(first_ + index) % most_under_way]; }

  std::size_t piece_;
  int longest_chain_;
  const Communicator* ranks_ = nullptr;
  int first_source_ = 0;  // the ranks from which this one gets numbers
  std::size_t sources_ = 0;
  int target_ = 0;  // the rank that gets them from this one
  std::span<double> data_;
  std::size_t started_ = 0;   // of data_, how many numbers
  std::size_t finished_ = 0;  // ... and of these
  // Those under way, one behind the other from the first one on, around the end.
  std::array<Piece, most_under_way> pieces_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

}  // namespace forcewire
