#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <vector>

#include "engine/parallel/communicator.hpp"
#include "engine/parallel/pending.hpp"

namespace forcewire {

/// The sum over ranks of a long array, which comes to the root piece by piece: what is there can be
/// used while the rest is on its way.
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
  /// The sum of nothing.
  PiecewiseSum() = default;

  /// Begins to sum up `data`, in place at the root; elsewhere `data` may hold anything afterwards.
  /// What is no longer than a piece is summed up at once.
  /// @param ranks kept by reference
  /// @param piece how many numbers a piece has
  /// @param longest_chain the most ranks that form a chain: the last one is as many steps away from
  ///        the root, and with many of them that takes longer than to get everything twice
  /// @collective
  PiecewiseSum(const Communicator& ranks, std::span<double> data, std::size_t piece,
               int longest_chain = 8);

  /// Waits until the first `count` numbers are the sum, or all if there are fewer. At ranks other
  /// than the root: until they have been sent.
  /// @return how many are
  std::size_t wait_for(std::size_t count);

  /// Waits for all. @collective
  void finish() { wait_for(data_.size()); }

 private:
  /// One that is under way: what others have summed up arrives, is added to ours, and goes on.
  struct Piece {
    std::span<double> numbers;
    std::vector<std::vector<double>> arriving;
    std::vector<Pending> arrivals;
    bool summed_up = false;
    Pending departure;
  };

  std::vector<int> sources() const;
  void start_pieces();
  bool get_on();
  bool sum_up(Piece& piece);

  const Communicator* ranks_ = nullptr;
  int fan_in_ = 1;  // from how many ranks one gets numbers, at most
  std::span<double> data_;
  std::size_t piece_ = 0;
  std::size_t started_ = 0;   // of data_, how many numbers
  std::size_t finished_ = 0;  // ... and of these
  std::deque<Piece> under_way_;
};

}  // namespace forcewire
