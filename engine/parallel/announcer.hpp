#pragma once

#include <chrono>
#include <cstddef>
#include <span>

#include "engine/parallel/communicator.hpp"
#include "engine/parallel/doorbell.hpp"

namespace forcewire {

/// Hands the root's orders to all ranks, who may have to wait long for one: the server moves its
/// atoms, or asks about structures that the root computes alone.
///
/// They spin for a moment and then sleep. The leader of a node wakes the others of it; between
/// nodes there is nobody to wake a leader, who looks again after a sixteenth of the time it has
/// waited, a millisecond at most.
class Announcer {
 public:
  /// @collective over `world`, of which `node` holds the ranks that share memory with this one
  Announcer(const Communicator& world, const Communicator& node);

  /// Copies `order` of the root, a few bytes, to all ranks. @collective over `world`
  void announce(std::span<std::byte> order);

 private:
  using Clock = std::chrono::steady_clock;

  void wait(MPI_Request request, std::uint32_t heard, Clock::duration spin) const;

  const Communicator& world_;
  const Communicator& node_;
  Doorbell doorbell_;
  Clock::duration last_wait_{};
};

}  // namespace forcewire
