#pragma once

#include <chrono>

namespace forcewire {

/// Sleeps before the next look at something that nobody will wake us for: a sixteenth of the time
/// it has been waited for, 10 us at least and 1 ms at most; after more than a quarter of a second,
/// a 256th of it, 4 ms at most.
void doze(std::chrono::steady_clock::duration waited);

}  // namespace forcewire
