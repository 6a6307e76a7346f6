#include "apps/forcewire/readable.hpp"

#include <fmt/format.h>

namespace forcewire {

std::string readable(double number) {
  return number < 100 ? fmt::format("{:.3g}", number) : fmt::format("{:.0f}", number);
}

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace forcewire
