#include "socket/endpoint.hpp"

namespace forcewire {

UnixEndpoint unix_endpoint(std::string_view name, std::string_view prefix) {
  const bool whole_path = name.find('/') != std::string_view::npos;
  std::string path(whole_path ? std::string_view() : prefix);
  path += name;
  return {path};
}

std::string to_string(const Endpoint& endpoint) {
  if (const auto* unix_socket = std::get_if<UnixEndpoint>(&endpoint)) return unix_socket->path;
  const auto& tcp = std::get<TcpEndpoint>(endpoint);
  const bool bare_ipv6 = tcp.host.find(':') != std::string::npos && !tcp.host.starts_with('[');
  const std::string host = bare_ipv6 ? "[" + tcp.host + "]" : tcp.host;
  return host + ":" + std::to_string(tcp.port);
}

}  // namespace forcewire
