#include "engine/parallel/announcer.hpp"

#include "engine/parallel/doze.hpp"
#include "engine/parallel/mpi_error.hpp"

namespace forcewire {

Announcer::Announcer(const Communicator& world, const Communicator& node)
    : world_(world), node_(node), doorbell_(node) {}

void Announcer::announce(std::span<std::byte> order) {
  if (world_.size() == 1) return;
  // A server that was quick to ask again will be so again: to be awake then is worth a millisecond
  // of a core. One that was not leaves the core to others.
  constexpr std::chrono::microseconds quick{500};
  constexpr std::chrono::microseconds long_spin{1000};
  constexpr std::chrono::microseconds short_spin{50};
  const auto start = Clock::now();
  const std::uint32_t heard = doorbell_.rings();
  MPI_Request request = MPI_REQUEST_NULL;
  check_mpi(MPI_Ibcast(order.data(), static_cast<int>(order.size()), MPI_BYTE, 0, world_.handle(),
                       &request),
            "MPI_Ibcast");
  wait(request, heard, last_wait_ < quick ? long_spin : short_spin);
  if (node_.is_root()) doorbell_.ring();
  last_wait_ = Clock::now() - start;
}

void Announcer::wait(MPI_Request request, std::uint32_t heard, Clock::duration spin) const {
  constexpr std::chrono::milliseconds asleep{100};
  const bool can_be_woken = doorbell_.exists() && !node_.is_root();
  auto start = Clock::now();
  int done = 0;
  while (true) {
    check_mpi(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "MPI_Test");
    if (done != 0) return;
    const auto waited = Clock::now() - start;
    if (waited < spin) continue;
    if (can_be_woken && doorbell_.rings() == heard) {
      doorbell_.sleep(heard, asleep);
      // The order comes over other ranks, who may just be waking up, too.
      if (doorbell_.rings() != heard) start = Clock::now();
    } else {
      doze(waited);
    }
  }
}

}  // namespace forcewire
