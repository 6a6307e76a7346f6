#include "engine/parallel/announcer.hpp"

#include <algorithm>

#include "engine/parallel/doze.hpp"
#include "engine/parallel/mpi_error.hpp"

namespace forcewire {

namespace {

constexpr std::chrono::microseconds short_spin{50};

}  // namespace

Announcer::Announcer(const Communicator& ranks, const Communicator& node, Idle idle)
    : ranks_(ranks), node_(node), idle_(idle), doorbell_(node) {}

void Announcer::announce(std::span<std::byte> order) {
  if (ranks_.size() == 1) return;
  const auto start = Clock::now();
  MPI_Request request = MPI_REQUEST_NULL;
  check_mpi(MPI_Ibcast(order.data(), static_cast<int>(order.size()), MPI_BYTE, 0, ranks_.handle(),
                       &request),
            "MPI_Ibcast");
  wait(request);
  if (node_.is_root()) doorbell_.ring();
  ++orders_;
  last_wait_ = Clock::now() - start;
}

Announcer::Clock::duration Announcer::time_to_spin() const {
  if (idle_ == Idle::spin) return Clock::duration::max();
  // The root does not wait for an order: it hands one out.
  if (idle_ == Idle::sleep) return ranks_.is_root() ? short_spin : Clock::duration::zero();
  // A server that was quick to ask again will be so again: to be awake then is worth a millisecond
  // of a core. One that was not leaves the core to others.
  constexpr std::chrono::microseconds quick{500};
  constexpr std::chrono::microseconds long_spin{1000};
  return last_wait_ < quick ? long_spin : short_spin;
}

void Announcer::wait(MPI_Request request) const {
  constexpr std::chrono::milliseconds asleep{100};
  Clock::duration spin = time_to_spin();
  const bool can_be_woken = doorbell_.exists() && !node_.is_root();
  auto start = Clock::now();
  int done = 0;
  while (true) {
    check_mpi(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "MPI_Test");
    if (done != 0) return;
    const auto waited = Clock::now() - start;
    if (waited < spin) continue;
    // Once it was rung for this order, be it before we came here, nobody may sleep: it will not be
    // rung again. The order comes over other ranks, who may just be waking up, too.
    if (can_be_woken && doorbell_.rings() == orders_) {
      doorbell_.sleep(orders_, asleep);
      if (doorbell_.rings() == orders_) continue;
      start = Clock::now();
      spin = std::max<Clock::duration>(spin, short_spin);
    } else {
      doze(waited);
    }
  }
}

}  // namespace forcewire
