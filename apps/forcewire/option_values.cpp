#include "apps/forcewire/option_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "apps/forcewire/usage_error.hpp"

namespace forcewire {

using std::chrono::nanoseconds;

namespace {

/// What `text` is, if it is a number and nothing else.
template <typename Number>
std::optional<Number> number_in(const std::string& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

nanoseconds parse_seconds(const char* option, const std::string& text) {
  const auto seconds = number_in<double>(text);
  if (!seconds || !(*seconds >= 0)) {
    throw UsageError(fmt::format(
        "{} is no time span (expected seconds, 0 or more; got \"{}\"). Write for example {} 90.",
        option, text, option));
  }
  // Anyone who asks for more than a century means "for ever"; nanoseconds in 64 bits end at 292 a.
  constexpr double century = 100 * 365.25 * 86400;
  return std::chrono::duration_cast<nanoseconds>(
      std::chrono::duration<double>(std::min(*seconds, century)));
}

std::optional<nanoseconds> parse_optional_seconds(const char* option, const std::string& text) {
  if (text.empty()) return std::nullopt;
  return parse_seconds(option, text);
}

std::optional<int> parse_optional_count(const char* option,
                                        const std::optional<std::string>& wish) {
  if (!wish) return std::nullopt;
  const std::string& text = *wish;
  const auto count = number_in<int>(text);
  if (!count || *count < 1) {
    throw UsageError(
        fmt::format("bad number ({}; expected 1 or more, got \"{}\"). Write for example {} 2.",
                    option, text, option));
  }
  return count;
}

std::uint16_t parse_port(const std::string& text) {
  const auto port = number_in<int>(text);
  if (!port || *port < 1 || *port > std::numeric_limits<std::uint16_t>::max()) {
    throw UsageError(fmt::format(
        "bad TCP port (-p or FORCEWIRE_PORT; expected 1 to 65535, got \"{}\"). Give the "
        "port at which the server listens.",
        text));
  }
  return static_cast<std::uint16_t>(*port);
}

std::int64_t parse_max_atoms(const std::string& text) {
  constexpr auto most = std::numeric_limits<std::int32_t>::max();  // in the protocol
  const auto number = number_in<double>(text);
  if (!number || !(*number >= 1) || *number > most || *number != std::floor(*number)) {
    throw UsageError(fmt::format(
        "bad number of atoms (--max-atoms; expected 1 to {}, got \"{}\"). Write for example "
        "--max-atoms 2e7.",
        most, text));
  }
  return static_cast<std::int64_t>(*number);
}

Idle parse_idle(const std::string& text) {
  if (text == "spin") return Idle::spin;
  if (text == "auto") return Idle::automatic;
  if (text == "sleep") return Idle::sleep;
  throw UsageError(fmt::format(
      "bad way to wait (--idle; expected spin, auto or sleep, got \"{}\"). Leave --idle "
      "out unless you have measured.",
      text));
}

Periodicity parse_periodicity(const std::string& text) {
  try {
    return Periodicity::parse(text);
  } catch (const std::invalid_argument&) {
    throw UsageError(
        fmt::format("bad periodic axes (--periodic; expected auto, none or a subset of abc; got "
                    "\"{}\"). Write for example --periodic ab for a slab.",
                    text));
  }
}

OnDisconnect parse_on_disconnect(const std::string& text) {
  if (text == "exit") return OnDisconnect::exit;
  if (text == "reconnect") return OnDisconnect::reconnect;
  throw UsageError(fmt::format(
      "no such way to take a lost server (--on-disconnect; expected exit or reconnect, got "
      "\"{}\"). Write --on-disconnect reconnect to wait for the next one.",
      text));
}

}  // namespace forcewire
