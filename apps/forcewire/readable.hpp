#pragma once

#include <chrono>
#include <string>

namespace forcewire {

/// A number without more digits than it deserves: `0.52`, `97.6`, `390123`.
std::string readable(double number);

/// A time as a number.
double seconds(std::chrono::nanoseconds time);

}  // namespace forcewire
