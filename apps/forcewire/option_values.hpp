#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "apps/forcewire/command_line.hpp"
#include "engine/geometry/periodicity.hpp"
#include "engine/parallel/idle.hpp"

// What the user wrote behind options of the command line. Each throws UsageError when it makes no
// sense; `option` is what the error calls it.

namespace forcewire {

/// A time span in seconds, 0 or more; a century at most, which is as good as for ever.
std::chrono::nanoseconds parse_seconds(const char* option, const std::string& text);

/// The same; nothing stays nothing.
std::optional<std::chrono::nanoseconds> parse_optional_seconds(const char* option,
                                                               const std::string& text);

/// A whole number, 1 or more; nothing stays nothing.
std::optional<int> parse_optional_count(const char* option, const std::optional<std::string>& wish);

std::uint16_t parse_port(const std::string& text);

/// A whole number that fits the protocol, which may be written `2e7`.
std::int64_t parse_max_atoms(const std::string& text);

Idle parse_idle(const std::string& text);

Periodicity parse_periodicity(const std::string& text);

OnDisconnect parse_on_disconnect(const std::string& text);

}  // namespace forcewire
