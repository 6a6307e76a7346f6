#pragma once

#include <mpi.h>

#include <vector>

namespace forcewire {

/// A message or a collective operation that has begun and goes on while this rank does something
/// else. Until it has ended, its numbers are MPI's.
///
/// MPI cannot call it off: who gives it up, as an exception does, leaves it running.
class Pending {
 public:
  Pending() = default;

  /// @param requests the parts of the operation
  explicit Pending(std::vector<MPI_Request> requests);

  Pending(Pending&&) noexcept = default;
  Pending& operator=(Pending&&) noexcept = default;

  /// Has it ended on this rank? To ask gets on with it, and with all others that are pending.
  bool test();

  /// Returns when it has ended on this rank. The core is left to others when that takes long.
  void wait();

 private:
  std::vector<MPI_Request> requests_;
};

}  // namespace forcewire
