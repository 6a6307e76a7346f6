#pragma once

#include <chrono>

namespace forcewire {

/// Sleeps before the next look at something that nobody will wake us for: a sixteenth of the time
/// it has been waited for, 10 us at least and 1 ms at most; after more than a quarter of a second,
/// a 256th of it, 4 ms at most.
void doze(std::chrono::steady_clock::duration waited);

/// Returns when `is_over()`: asks all the time for a millisecond, and then dozes in between. The
/// core is left to others when that takes long.
template <typename Condition>
void doze_until(Condition is_over) {
  using Clock = std::chrono::steady_clock;
  // The other ranks may wait with us for a server who takes his time.
  constexpr std::chrono::milliseconds spin{1};
  const auto start = Clock::now();
  while (!is_over()) {
    const auto waited = Clock::now() - start;
    if (waited >= spin) doze(waited);
  }
}

}  // namespace forcewire
