#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

#include "socket/endpoint.hpp"
#include "socket/socket.hpp"

namespace forcewire {

struct ConnectOptions {
  /// How long to keep trying: in a batch job the server often starts after us. Zero tries once,
  /// which takes up to a second for a name service and for each address that do not answer.
  std::chrono::nanoseconds wait = std::chrono::seconds(60);
  /// When the wait began, if this is not the first attempt of it; without a value, now.
  std::optional<std::chrono::steady_clock::time_point> waiting_since;
  /// Asked several times a second while waiting: leave in order?
  std::function<bool()> stop;
  /// Called once, with the reason, when the first attempt found no server and more will follow.
  std::function<void(std::string_view reason)> on_waiting;
};

/// Connects to the server at `endpoint`.
///
/// Every address of a host is tried in turn, IPv4 and IPv6. What a server that starts late explains
/// (nobody listens, no socket file yet, a name service that asks to come back) is tried again, at
/// first after 10 ms, later once a second (the name service for three seconds at most); what it
/// does not explain fails at once.
///
/// @return the connection (TCP: without Nagle's delay, a host that dies while nothing is under way
/// is noticed in two minutes), or nothing when `options.stop` said so
/// @throws ConnectError when there is no server at the end of the wait, or there can never be one
std::optional<Socket> open_socket(const Endpoint& endpoint, const ConnectOptions& options = {});

}  // namespace forcewire
