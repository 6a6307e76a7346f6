#pragma once

#include <mpi.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/parallel/pending.hpp"

namespace forcewire {

/// A group of ranks with a message space of its own: a duplicate that is freed at the end and that
/// reports errors as exceptions instead of aborting.
///
/// Member functions that communicate are @collective and throw `MpiError` when MPI fails. Rank 0 is
/// the root. Messages may be longer than the 2^31 elements that one MPI call can move.
class Communicator {
 public:
  /// A duplicate of all ranks of the program. @collective
  ///
  /// They must have met within `patience`. Where ranks do not reach each other (a firewall between
  /// nodes, no memory for parts of MPI), MPI starts all the same, and waits for ever later.
  /// @throws NoContact when they have not; on the root first, that one rank may tell
  static Communicator world(std::chrono::nanoseconds patience = std::chrono::minutes(2));

  /// This rank alone.
  static Communicator self();

  /// A duplicate of `comm`. @collective
  explicit Communicator(MPI_Comm comm);

  ~Communicator();
  Communicator(Communicator&& other) noexcept;
  Communicator& operator=(Communicator&& other) noexcept;

  int rank() const { return rank_; }
  int size() const { return size_; }
  bool is_root() const { return rank_ == 0; }
  MPI_Comm handle() const { return comm_; }

  /// The ranks of equal `color`, in the order of this communicator. @collective
  Communicator split(int color) const;

  /// The ranks that share memory with this one. @collective
  Communicator split_by_node() const;

  /// Waits for all ranks. @collective
  void barrier() const;

  /// Copies `data` of the root to all ranks. @collective
  void broadcast(std::span<double> data) const;

  /// Text of rank `source` on all ranks. @collective
  std::string broadcast_text(const std::string& text, int source) const;

  /// Number of rank `source` on all ranks. @collective
  int broadcast_number(int value, int source) const;

  /// Element-wise sum over ranks, on all ranks. @collective
  void sum(std::span<double> data) const;

  void sum(std::span<std::int64_t> data) const;

  /// Element-wise sum over ranks, in `data` of the root alone; elsewhere `data` stays. @collective
  void sum_to_root(std::span<double> data) const;

  /// Begins to send `data` to rank `to`, who receives as many numbers. Not collective; what one
  /// rank sends another arrives in the same order.
  Pending start_send(std::span<const double> data, int to) const;

  /// Begins to receive what rank `from` sends.
  Pending start_receive(std::span<double> data, int from) const;

  /// Begins to bring `own` of each rank, as many bytes each, to the root, where `all` gets them in
  /// the order of the ranks. What ranks begin, they begin in the same order. @collective
  Pending start_gather(std::span<const std::byte> own, std::span<std::byte> all) const;

  /// @collective
  int max(int value) const;

  /// @collective
  int min(int value) const;

  /// Begins to find the largest of each number over ranks, in `data` of all ranks. What ranks
  /// begin, they begin in the same order. @collective
  Pending start_max(std::span<int> data) const;

  /// The `value` of each rank, on all ranks. @collective
  std::vector<int> gather_to_all(int value) const;

  /// The bits that are set in the `bits` of all ranks. @collective
  std::uint64_t common_bits(std::uint64_t bits) const;

 private:
  Communicator() = default;
  static Communicator adopt(MPI_Comm comm);
  template <typename T>
  void sum_as(MPI_Datatype type, std::span<T> data) const;

  MPI_Comm comm_ = MPI_COMM_NULL;
  int rank_ = 0;
  int size_ = 1;
};

}  // namespace forcewire
