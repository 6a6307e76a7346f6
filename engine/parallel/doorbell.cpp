#include "engine/parallel/doorbell.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <ctime>

#include "engine/potentials/errors.hpp"

namespace forcewire {

namespace {

constexpr std::size_t rung = 0;
constexpr std::size_t sleepers = 1;

}  // namespace

Doorbell::Doorbell(const Communicator& node) {
  try {
    memory_ = SharedArray<std::byte>(node, 2 * sizeof(std::uint32_t));
  } catch (const PotentialFailure&) {
    // On all ranks of the node. They can wait without it; what they cannot do without, the arrays,
    // will tell the user.
  }
}

std::uint32_t* Doorbell::word(std::size_t index) const {
  return reinterpret_cast<std::uint32_t*>(memory_.data().data()) + index;
}

std::uint32_t Doorbell::rings() const { return exists() ? std::atomic_ref(*word(rung)).load() : 0; }

// Each side writes its word before it reads the other's: either the bell sees the sleeper, or the
// kernel, which compares once more, sees that the bell was rung.

void Doorbell::ring() const {
  if (!exists()) return;
  std::atomic_ref(*word(rung)).fetch_add(1);
  if (std::atomic_ref(*word(sleepers)).load() == 0) return;
  ::syscall(SYS_futex, word(rung), FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

void Doorbell::sleep(std::uint32_t heard, std::chrono::nanoseconds at_most) const {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(at_most);
  const timespec timeout{.tv_sec = seconds.count(), .tv_nsec = (at_most - seconds).count()};
  std::atomic_ref(*word(sleepers)).fetch_add(1);
  ::syscall(SYS_futex, word(rung), FUTEX_WAIT, heard, &timeout, nullptr, 0);
  std::atomic_ref(*word(sleepers)).fetch_sub(1);
}

}  // namespace forcewire
