#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace forcewire {

/// A UNIX-domain socket of this machine.
struct UnixEndpoint {
  std::string path;  ///< whole path in the file system, prefix included
};

/// A TCP socket, IPv4 or IPv6.
struct TcpEndpoint {
  std::string host;
  std::uint16_t port;
};

/// Where the server listens.
using Endpoint = std::variant<UnixEndpoint, TcpEndpoint>;

/// The UNIX endpoint that i-PI and ASE call `name`: PREFIX + NAME, or NAME itself when it contains
/// a slash and is therefore a whole path.
UnixEndpoint unix_endpoint(std::string_view name, std::string_view prefix = "/tmp/ipi_");

/// The endpoint as a person writes it: `/tmp/ipi_argon`, `localhost:31415`, `[::1]:31415`.
std::string to_string(const Endpoint& endpoint);

}  // namespace forcewire
