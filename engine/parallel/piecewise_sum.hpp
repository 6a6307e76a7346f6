#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/parallel/communicator.hpp"
#include "engine/parallel/pending.hpp"

namespace forcewire {

/// The sum over ranks of a long array, which comes to the root piece by piece: what is there can be
/// used while the rest is on its way.
///
/// A few pieces are under way at a time: MPI has copies of them. So that they go on, each rank must
/// `wait_for` them, and nobody may begin anything else with these ranks before all have.
class PiecewiseSum {
 public:
  /// The sum of nothing.
  PiecewiseSum() = default;

  /// Begins to sum up `data`, in place at the root; elsewhere `data` stays. What is no longer than
  /// a piece is summed up at once.
  /// @param ranks kept by reference
  /// @param piece how many numbers a piece has
  /// @collective
  PiecewiseSum(const Communicator& ranks, std::span<double> data, std::size_t piece);

  /// Waits until the first `count` numbers are the sum, or all if there are fewer.
  /// @return how many are
  std::size_t wait_for(std::size_t count);

  /// Waits for all. @collective
  void finish() { wait_for(data_.size()); }

 private:
  void start_pieces();
  void end_first_piece();

  const Communicator* ranks_ = nullptr;
  std::span<double> data_;
  std::size_t piece_ = 0;
  std::size_t started_ = 0;   // of data_, how many numbers
  std::size_t finished_ = 0;  // ... and of these
  std::vector<Pending> under_way_;
};

}  // namespace forcewire
