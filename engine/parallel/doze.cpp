#include "engine/parallel/doze.hpp"

#include <algorithm>
#include <thread>

namespace forcewire {

void doze(std::chrono::steady_clock::duration waited) {
  constexpr std::chrono::microseconds shortest{10};
  constexpr std::chrono::milliseconds longest{1};
  std::this_thread::sleep_for(
      std::clamp<std::chrono::steady_clock::duration>(waited / 16, shortest, longest));
}

}  // namespace forcewire
