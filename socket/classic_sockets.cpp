#include "socket/classic_sockets.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include "socket/descriptor.hpp"
#include "socket/endpoint.hpp"
#include "socket/error.hpp"
#include "socket/open_socket.hpp"
#include "socket/socket.hpp"

namespace {

using forcewire::Descriptor;
using forcewire::Endpoint;
using forcewire::Socket;

constexpr std::string_view default_prefix = "/tmp/ipi_";

/// What these functions have promised to C programs since 2013: a failure ends the process.
void print_and_exit(int status, const char* message) {
  std::fprintf(stderr, "forcewire: error: %s\n", message);
  std::exit(status);
}

std::atomic<forcewire_sockets_error_handler> error_handler{print_and_exit};

/// Runs `body` and hands its exception, which must not travel through C or Fortran, to the handler.
template <typename Body>
void report_failures(Body body) {
  int status = 0;
  std::string message;
  try {
    body();
    return;
  } catch (const std::invalid_argument& error) {
    status = 2;
    message = error.what();
  } catch (const forcewire::ConnectError& error) {
    status = 3;
    message = error.what();
  } catch (const forcewire::PeerError& error) {
    status = 4;
    message = error.what();
  } catch (const std::exception& error) {
    status = 70;
    message = error.what();
  }
  // Out of the catch clause: a handler may leave with longjmp.
  error_handler.load()(status, message.c_str());
}

/// A descriptor of the caller's, as a Socket for the length of one call.
class Borrowed {
 public:
  explicit Borrowed(int descriptor) : socket_(Descriptor(descriptor)) {}
  ~Borrowed() { static_cast<void>(socket_.release()); }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;

  Socket* operator->() { return &socket_; }

 private:
  Socket socket_;
};

std::size_t checked_length(int length) {
  if (length >= 0) return static_cast<std::size_t>(length);
  throw std::invalid_argument(
      "cannot transfer a negative number of bytes (expected 0 to 2147483647, got " +
      std::to_string(length) + "). A larger number does not fit in an int: send it in parts.");
}

std::uint16_t checked_port(int port) {
  if (port > 0 && port <= std::numeric_limits<std::uint16_t>::max()) {
    return static_cast<std::uint16_t>(port);
  }
  throw std::invalid_argument("no such TCP port (expected 1 to 65535, got " + std::to_string(port) +
                              "). Use the port that the server listens on.");
}

Endpoint endpoint_of(int inet, int port, std::string_view host, std::string_view prefix) {
  if (inet <= 0) return forcewire::UnixEndpoint{std::string(prefix) + std::string(host)};
  const std::uint16_t tcp_port = checked_port(port);
  return forcewire::TcpEndpoint{std::string(host), tcp_port};
}

void open(int* descriptor, int inet, int port, std::string_view host, std::string_view prefix) {
  *descriptor = -1;
  report_failures([&] {
    *descriptor = forcewire::open_socket(endpoint_of(inet, port, host, prefix))->release();
  });
}

/// The text of a Fortran character argument: up to a NUL if there is one, without trailing blanks.
std::string_view fortran_text(const char* text, std::size_t length) {
  std::string_view view(text, length);
  view = view.substr(0, view.find('\0'));
  return view.substr(0, view.find_last_not_of(' ') + 1);
}

[[noreturn]] void throw_shared_memory_error(const char* call, const std::string& name) {
  throw std::system_error(errno, std::generic_category(),
                          std::string(call) + " of shared memory " + name);
}

}  // namespace

extern "C" {

void open_socket(int* psockfd, int* inet, int* port, const char* host, const char* sockets_prefix) {
  open(psockfd, *inet, *port, host, sockets_prefix);
}

void writebuffer(int* psockfd, const char* data, int* plen) {
  report_failures([&] {
    const auto bytes = std::as_bytes(std::span(data, checked_length(*plen)));
    Borrowed(*psockfd)->writebuffer({&bytes, 1});
  });
}

void readbuffer(int* psockfd, char* data, int* plen) {
  report_failures([&] {
    const auto bytes = std::as_writable_bytes(std::span(data, checked_length(*plen)));
    Borrowed(*psockfd)->readbuffer(bytes);
  });
}

void c_sleep(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

void* shm_map(const char* name, long nbytes) {
  void* memory = nullptr;
  report_failures([&] {
    const std::string slashed = std::string("/") + name;
    const Descriptor descriptor(::shm_open(slashed.c_str(), O_RDWR, 0));
    if (!descriptor) throw_shared_memory_error("shm_open", slashed);
    void* const mapped = ::mmap(nullptr, static_cast<std::size_t>(nbytes), PROT_READ | PROT_WRITE,
                                MAP_SHARED, descriptor.get(), 0);
    if (mapped == MAP_FAILED) throw_shared_memory_error("mmap", slashed);
    memory = mapped;
  });
  return memory;
}

void shm_unmap(void* ptr, long nbytes) { ::munmap(ptr, static_cast<std::size_t>(nbytes)); }

void open_socket_(int* sockfd, int* inet, int* port, const char* host, size_t host_length) {
  open(sockfd, *inet, *port, fortran_text(host, host_length), default_prefix);
}

void writebuffer_(int* sockfd, const char* data, int* len) { writebuffer(sockfd, data, len); }

void readbuffer_(int* sockfd, char* data, int* len) { readbuffer(sockfd, data, len); }

void forcewire_sockets_set_error_handler(forcewire_sockets_error_handler handler) {
  error_handler.store(handler != nullptr ? handler : print_and_exit);
}
}
