#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/parallel/communicator.hpp"
#include "engine/parallel/doorbell.hpp"
#include "engine/parallel/idle.hpp"

namespace forcewire {

/// Hands the root's orders to all ranks of a team, who may have to wait long for one: the server
/// moves its atoms, or asks about structures that the root computes alone.
///
/// By default they spin for a moment and then sleep: see `Idle`. The leader of a node wakes the
/// others of it; between nodes there is nobody to wake a leader, who looks again now and then: see
/// `doze`.
class Announcer {
 public:
  /// @collective over `ranks`, of which `node` holds the ranks that share memory with this one
  Announcer(const Communicator& ranks, const Communicator& node, Idle idle = Idle::automatic);

  /// Copies `order` of the root, a few bytes, to all ranks. @collective
  void announce(std::span<std::byte> order);

 private:
  using Clock = std::chrono::steady_clock;

  Clock::duration time_to_spin() const;
  void wait(MPI_Request request) const;

  const Communicator& ranks_;
  const Communicator& node_;
  Idle idle_;
  Doorbell doorbell_;
  std::uint32_t orders_ = 0;  // so far; the bell rings once for each
  Clock::duration last_wait_{};
};

}  // namespace forcewire
