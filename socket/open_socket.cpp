// A connection is a sequence of rounds. A round tries every address of the endpoint; it ends with a
// connection, with an error that no waiting can mend (thrown), or with the reason why nobody
// answered, after which the next round starts a little later.

#include "socket/open_socket.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "socket/error.hpp"

namespace forcewire {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Kind = ConnectError::Kind;

constexpr std::chrono::nanoseconds first_pause = 10ms;
constexpr std::chrono::nanoseconds longest_pause = 1s;
/// `stop` is asked this often.
constexpr std::chrono::nanoseconds slice = 100ms;
/// An address whose packets vanish must not use up the time of the next address.
constexpr std::chrono::nanoseconds longest_attempt = 5s;
/// The last attempt gets this much, however little of the wait is left: a handshake takes time.
constexpr std::chrono::nanoseconds shortest_attempt = 1s;

/// Thrown through a round when the caller wants to leave; never leaves this file.
struct Stopped {};

/// Why a round found no server although there may be one later.
struct NobodyYet {
  std::string reason;
};

using RoundOutcome = std::variant<Socket, NobodyYet>;

std::string error_text(int error) { return std::generic_category().message(error); }

[[noreturn]] void throw_system_failure(const Endpoint& endpoint, const char* call, int error) {
  throw ConnectError(Kind::system, endpoint, "cannot make a connection to",
                     fmt::format("{}: {}", call, error_text(error)),
                     "This is a limit of this process or machine, not of the server.");
}

/// Errors of socket() that concern one address family, and not this process.
bool is_unsupported_family(int error) {
  return error == EAFNOSUPPORT || error == EPROTONOSUPPORT || error == EPFNOSUPPORT;
}

/// Errors of connect() that a server that is not there yet explains.
bool may_pass(int error) {
  switch (error) {
    case ECONNREFUSED:
    case ECONNRESET:
    case ECONNABORTED:
    case ENOENT:  // no socket file yet
    case EAGAIN:  // UNIX: the server's queue is full
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ENETUNREACH:
    case ENETDOWN:
    case EADDRNOTAVAIL:
      return true;
    default:
      return false;
  }
}

class Connector {
 public:
  Connector(const Endpoint& endpoint, const ConnectOptions& options)
      : endpoint_(endpoint), options_(options), deadline_(deadline_after(options.wait)) {}

  Socket run() {
    auto pause = first_pause;
    for (bool first = true;; first = false) {
      RoundOutcome outcome = round();
      if (auto* socket = std::get_if<Socket>(&outcome)) return std::move(*socket);
      const std::string& reason = std::get<NobodyYet>(outcome).reason;
      if (Clock::now() >= deadline_) throw_nobody_listens(reason);
      if (first && options_.on_waiting) options_.on_waiting(reason);
      sleep(pause);
      pause = std::min(2 * pause, longest_pause);
    }
  }

 private:
  static Clock::time_point deadline_after(std::chrono::nanoseconds wait) {
    // `hours::max()` and the like mean for ever, and must not overflow the clock.
    const auto now = Clock::now();
    return wait < Clock::time_point::max() - now ? now + wait : Clock::time_point::max();
  }

  RoundOutcome round() {
    if (const auto* unix_socket = std::get_if<UnixEndpoint>(&endpoint_)) {
      return unix_round(*unix_socket);
    }
    return tcp_round(std::get<TcpEndpoint>(endpoint_));
  }

  RoundOutcome unix_round(const UnixEndpoint& endpoint) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    constexpr std::size_t longest_path = sizeof address.sun_path - 1;  // one byte for the final NUL
    if (endpoint.path.size() > longest_path) {
      throw ConnectError(
          Kind::path_too_long, endpoint, "cannot use the socket path",
          fmt::format("expected at most {} bytes, got {}", longest_path, endpoint.path.size()),
          "Choose a shorter name or prefix, on the server's side too.");
    }
    if (endpoint.path.empty() || endpoint.path.find('\0') != std::string::npos) {
      throw_bad_path("expected a name without NUL bytes, got none or one");
    }
    std::memcpy(address.sun_path, endpoint.path.data(), endpoint.path.size());

    Descriptor descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!descriptor) throw_system_failure(endpoint, "socket", errno);
    const int error = connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address);
    if (error == 0) return blocking(std::move(descriptor));

    struct stat status {};
    const bool exists = ::stat(endpoint.path.c_str(), &status) == 0;
    if (exists && !S_ISSOCK(status.st_mode)) {
      throw_bad_path(S_ISDIR(status.st_mode) ? "expected a socket, got a directory"
                                             : "expected a socket, got a file of another kind");
    }
    if (!may_pass(error)) throw_bad_path(error_text(error));
    if (error == ECONNREFUSED) {
      return NobodyYet{
          "the socket file is there, but nobody listens; a server that died leaves it"};
    }
    return NobodyYet{error == ENOENT ? missing_part(endpoint.path) : error_text(error)};
  }

  RoundOutcome tcp_round(const TcpEndpoint& endpoint) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const std::string host = without_brackets(endpoint.host);
    const int lookup =
        ::getaddrinfo(host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found);
    const int lookup_errno = errno;
    if (lookup == EAI_AGAIN) return NobodyYet{"the name service cannot answer at the moment"};
    if (lookup == EAI_SYSTEM) throw_system_failure(endpoint, "getaddrinfo", lookup_errno);
    if (lookup != 0) {
      throw ConnectError(Kind::no_such_host, endpoint, "no such host:", ::gai_strerror(lookup),
                         "Check the spelling, and that this machine can resolve the name.");
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, ::freeaddrinfo);

    std::vector<std::string> reasons;  // of several addresses, often the same
    bool hopeless = true;
    for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
      Descriptor descriptor(
          ::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      if (!descriptor && !is_unsupported_family(errno)) {
        throw_system_failure(endpoint, "socket", errno);
      }
      const int error =
          descriptor ? connect(descriptor, address->ai_addr, address->ai_addrlen) : errno;
      if (error == 0) {
        disable_nagle(descriptor);
        return blocking(std::move(descriptor));
      }
      hopeless = hopeless && !may_pass(error);
      const std::string reason = error_text(error);
      if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end()) {
        reasons.push_back(reason);
      }
    }
    const std::string reason = fmt::format("{}", fmt::join(reasons, "; "));
    if (hopeless) {
      throw ConnectError(Kind::system, endpoint, "cannot make a connection to", reason,
                         "A firewall or a machine without this network forbids it.");
    }
    return NobodyYet{reason};
  }

  /// Connects a non-blocking descriptor; returns 0 or the error of the attempt.
  int connect(const Descriptor& descriptor, const sockaddr* address, socklen_t size) {
    if (::connect(descriptor.get(), address, size) != 0) {
      if (errno != EINPROGRESS && errno != EINTR) return errno;
      const auto now = Clock::now();
      const auto end = std::min(now + longest_attempt, std::max(deadline_, now + shortest_attempt));
      pollfd poll_descriptor{.fd = descriptor.get(), .events = POLLOUT, .revents = 0};
      while (::poll(&poll_descriptor, 1, static_cast<int>(slice / 1ms)) <= 0) {
        ask_stop();
        if (Clock::now() >= end) return ETIMEDOUT;
      }
      int error = 0;
      socklen_t error_size = sizeof error;
      if (::getsockopt(descriptor.get(), SOL_SOCKET, SO_ERROR, &error, &error_size) != 0) {
        return errno;
      }
      if (error != 0) return error;
    }
    return is_connected_to_itself(descriptor) ? ECONNREFUSED : 0;
  }

  /// TCP lets an attempt meet itself when the port is free, on this machine, and happens to be the
  /// one that the kernel chose for our side: patient retrying makes this likely.
  static bool is_connected_to_itself(const Descriptor& descriptor) {
    sockaddr_storage own{};
    sockaddr_storage peer{};
    socklen_t own_size = sizeof own;
    socklen_t peer_size = sizeof peer;
    if (::getsockname(descriptor.get(), reinterpret_cast<sockaddr*>(&own), &own_size) != 0 ||
        ::getpeername(descriptor.get(), reinterpret_cast<sockaddr*>(&peer), &peer_size) != 0) {
      return false;
    }
    return own.ss_family != AF_UNIX && own_size == peer_size &&
           std::memcmp(&own, &peer, own_size) == 0;
  }

  Socket blocking(Descriptor descriptor) {
    const int flags = ::fcntl(descriptor.get(), F_GETFL);
    if (flags < 0 || ::fcntl(descriptor.get(), F_SETFL, flags & ~O_NONBLOCK) != 0) {
      throw_system_failure(endpoint_, "fcntl", errno);
    }
    return Socket(std::move(descriptor));
  }

  /// Replies are whole messages that the server waits for: collecting them only delays it.
  void disable_nagle(const Descriptor& descriptor) {
    const int on = 1;
    if (::setsockopt(descriptor.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
      throw_system_failure(endpoint_, "setsockopt", errno);
    }
  }

  void sleep(std::chrono::nanoseconds pause) {
    const auto end = std::min(Clock::now() + pause, deadline_);
    for (auto now = Clock::now(); now < end; now = Clock::now()) {
      ask_stop();
      std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(end - now, slice));
    }
    ask_stop();
  }

  void ask_stop() {
    if (options_.stop && options_.stop()) throw Stopped{};
  }

  static std::string without_brackets(const std::string& host) {
    const bool bracketed = host.size() > 2 && host.starts_with('[') && host.ends_with(']');
    return bracketed ? host.substr(1, host.size() - 2) : host;
  }

  static std::string missing_part(const std::string& path) {
    const auto folder = std::filesystem::path(path).parent_path();
    std::error_code ignored;
    const bool folder_exists = folder.empty() || std::filesystem::exists(folder, ignored);
    return folder_exists ? "no such socket file" : fmt::format("no folder {}", folder.string());
  }

  [[noreturn]] void throw_bad_path(const std::string& facts) {
    throw ConnectError(Kind::bad_path, endpoint_, "cannot use the socket path", facts,
                       "Check the name and the prefix.");
  }

  [[noreturn]] void throw_nobody_listens(const std::string& reason) {
    throw ConnectError(Kind::nobody_listens, endpoint_, "no server at",
                       fmt::format("tried for {:g} s: {}",
                                   std::chrono::duration<double>(options_.wait).count(), reason),
                       "Check the address, start the server, or wait longer for it.");
  }

  const Endpoint& endpoint_;
  const ConnectOptions& options_;
  Clock::time_point deadline_;
};

}  // namespace

std::optional<Socket> open_socket(const Endpoint& endpoint, const ConnectOptions& options) {
  try {
    return Connector(endpoint, options).run();
  } catch (const Stopped&) {
    return std::nullopt;
  }
}

}  // namespace forcewire
