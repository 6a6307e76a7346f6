#include "engine/parallel/doze.hpp"

#include <algorithm>
#include <thread>

namespace forcewire {

using Duration = std::chrono::steady_clock::duration;

Duration nap(Duration waited) {
  using std::chrono::microseconds;
  using std::chrono::milliseconds;
  // A look takes some 20 us: a thousand in a second are felt, and nobody needs them in a long wait.
  const Duration soon = std::clamp<Duration>(waited / 16, microseconds(10), milliseconds(1));
  const Duration later = std::min<Duration>(waited / 256, milliseconds(4));
  const Duration much_later = std::min<Duration>(waited / 512, milliseconds(20));
  return std::max({soon, later, much_later});
}

void doze(Duration waited) { std::this_thread::sleep_for(nap(waited)); }

}  // namespace forcewire
