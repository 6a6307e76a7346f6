#pragma once

#include <mpi.h>

#include <cstddef>
#include <span>
#include <string>

namespace forcewire {

/// A group of ranks with a private message space: an own duplicate, freed at the end, that reports
/// errors as exceptions.
///
/// Every member function that communicates is @collective and throws `MpiError` when MPI fails.
class Communicator {
 public:
  /// A duplicate of all ranks of the program.
  static Communicator world();
  /// A duplicate of `comm`.
  explicit Communicator(MPI_Comm comm);
  ~Communicator();
  Communicator(Communicator&& other) noexcept;
  Communicator& operator=(Communicator&& other) noexcept;

  int rank() const { return rank_; }
  int size() const { return size_; }
  bool is_root() const { return rank_ == 0; }

 private:
  MPI_Comm comm_ = MPI_COMM_NULL;
  int rank_ = 0;
  int size_ = 1;
};

}  // namespace forcewire
