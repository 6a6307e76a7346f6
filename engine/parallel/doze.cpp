#include "engine/parallel/doze.hpp"

#include <algorithm>
#include <thread>

namespace forcewire {

void doze(std::chrono::steady_clock::duration waited) {
  using Duration = std::chrono::steady_clock::duration;
  // A look takes some 20 us: a thousand in a second are felt, and nobody needs them in a long wait.
  constexpr std::chrono::microseconds shortest{10};
  constexpr std::chrono::milliseconds long_enough{1};
  constexpr std::chrono::milliseconds longest{4};
  const Duration nap = std::clamp<Duration>(waited / 16, shortest, long_enough);
  std::this_thread::sleep_for(std::max(nap, std::min<Duration>(waited / 256, longest)));
}

}  // namespace forcewire
