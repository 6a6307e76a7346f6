#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "socket/descriptor.hpp"

namespace forcewire {

/// A folder of this test alone, gone with its contents at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "forcewire-test-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// A server's listening socket.
class Listener {
 public:
  /// Listens at a path, where there must be no file yet.
  static Listener at_path(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) throw std::runtime_error("path too long");
    std::memcpy(address.sun_path, path.data(), path.size());
    return {AF_UNIX, reinterpret_cast<sockaddr*>(&address), sizeof address};
  }

  /// Listens on 127.0.0.1; on a port that the system chooses unless one is given.
  static Listener on_ipv4(std::uint16_t port = 0) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return {AF_INET, reinterpret_cast<sockaddr*>(&address), sizeof address};
  }

  /// Listens on ::1. @throws std::runtime_error where there is no IPv6
  static Listener on_ipv6() {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    return {AF_INET6, reinterpret_cast<sockaddr*>(&address), sizeof address};
  }

  std::uint16_t port() const {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    ::getsockname(descriptor_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.ss_family == AF_INET6
                     ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                     : reinterpret_cast<const sockaddr_in&>(address).sin_port);
  }

  Descriptor accept() const { return Descriptor(::accept(descriptor_.get(), nullptr, nullptr)); }

 private:
  Listener(int family, const sockaddr* address, socklen_t size)
      : descriptor_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int on = 1;
    ::setsockopt(descriptor_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (!descriptor_ || ::bind(descriptor_.get(), address, size) != 0 ||
        ::listen(descriptor_.get(), 1) != 0) {
      throw std::runtime_error(std::string("cannot listen: ") + std::strerror(errno));
    }
  }

  Descriptor descriptor_;
};

}  // namespace forcewire
