#pragma once

#include <chrono>

namespace forcewire {

/// How long to sleep before the next look at something that nobody will wake us for, and that has
/// been `waited` for so far: a sixteenth of that, 10 us at least and 1 ms at most; after more than
/// a quarter of a second a 256th, 4 ms at most; after more than two seconds a 512th, 20 ms at most.
std::chrono::steady_clock::duration nap(std::chrono::steady_clock::duration waited);

/// Sleeps for that long.
void doze(std::chrono::steady_clock::duration waited);

/// Returns when `is_over()`, or after `limit` (and a nap at most): asks all the time for a
/// millisecond, and then dozes in between. The core is left to others when that takes long.
/// @return whether it is over
template <typename Condition>
bool doze_until(Condition is_over, std::chrono::steady_clock::duration limit =
                                       std::chrono::steady_clock::duration::max()) {
  using Clock = std::chrono::steady_clock;
  // The other ranks may wait with us for a server who takes his time.
  constexpr std::chrono::milliseconds spin{1};
  const auto start = Clock::now();
  while (!is_over()) {
    const auto waited = Clock::now() - start;
    if (waited >= limit) return false;
    if (waited >= spin) doze(waited);
  }
  return true;
}

}  // namespace forcewire
