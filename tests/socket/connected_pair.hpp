#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "socket/descriptor.hpp"

namespace forcewire {

/// Whether the kernel knows an open descriptor of this number.
inline bool is_open(int descriptor) { return ::fcntl(descriptor, F_GETFD) >= 0; }

/// Two ends of a connection within this process: ours, under test, and the server's.
struct ConnectedPair {
  ConnectedPair() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) throw std::runtime_error("socketpair");
    ours = Descriptor(ends[0]);
    server = Descriptor(ends[1]);
  }

  /// The server's end of a connection that is there already.
  explicit ConnectedPair(Descriptor its_end) : server(std::move(its_end)) {}

  /// The server sends all of `bytes`.
  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::send(server.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) throw std::runtime_error("the server cannot send");
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  /// The server sends `bytes` in pieces of `size`, with a pause before each.
  void dribble(std::string_view bytes, std::size_t size, std::chrono::milliseconds pause) const {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size()))) {
      std::this_thread::sleep_for(pause);
      send(bytes.substr(0, size));
    }
  }

  /// The server receives `size` bytes, or fewer when we close.
  std::string receive(std::size_t size) const {
    std::string bytes(size, '\0');
    std::size_t got = 0;
    while (got < size) {
      const ssize_t n = ::recv(server.get(), bytes.data() + got, size - got, 0);
      if (n <= 0) break;
      got += static_cast<std::size_t>(n);
    }
    bytes.resize(got);
    return bytes;
  }

  /// The server closes in order.
  void close_server() { server = Descriptor(); }

  Descriptor ours;
  Descriptor server;
};

}  // namespace forcewire
