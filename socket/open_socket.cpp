// Connecting goes in rounds. A round tries every address of the endpoint. It ends with a
// connection, with an error that no waiting can mend (thrown), or with the reason why nobody
// answered; then the next round follows, a little later each time.

#include "socket/open_socket.hpp"

#include <fcntl.h>
#include <fmt/format.h>
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
#include <future>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "socket/descriptor.hpp"
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
/// An address whose packets vanish must not use up the time of the next one.
constexpr std::chrono::nanoseconds longest_attempt = 5s;
/// However little of the wait is left: a handshake takes time.
constexpr std::chrono::nanoseconds shortest_attempt = 1s;
/// "Temporary failure" of the name service is also what a machine without one says for ever.
constexpr std::chrono::nanoseconds name_service_patience = 3s;

/// A round found no server, but there may be one later.
struct NobodyYet {
  std::string reason;
};
/// The caller wants to leave.
struct Stopped {};

using Outcome = std::variant<Socket, NobodyYet, Stopped>;

std::string error_text(int error) { return std::generic_category().message(error); }

/// Whether a server that is not there yet explains this error of connect().
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

/// Whether this error of socket() concerns one family of addresses, and not the whole process.
bool is_unsupported_family(int error) {
  return error == EAFNOSUPPORT || error == EPFNOSUPPORT || error == EPROTONOSUPPORT;
}

/// TCP lets an attempt meet itself when the port is free, on this machine, and happens to be the
/// one that the kernel gave to our side; patient retrying makes this likely.
bool is_connected_to_itself(const Descriptor& descriptor) {
  sockaddr_storage own{};
  sockaddr_storage peer{};
  socklen_t own_size = sizeof own;
  socklen_t peer_size = sizeof peer;
  return ::getsockname(descriptor.get(), reinterpret_cast<sockaddr*>(&own), &own_size) == 0 &&
         ::getpeername(descriptor.get(), reinterpret_cast<sockaddr*>(&peer), &peer_size) == 0 &&
         own.ss_family != AF_UNIX && own_size == peer_size &&
         std::memcmp(&own, &peer, own_size) == 0;
}

/// What the name service says about a host.
struct Lookup {
  int error;  // of getaddrinfo
  int system_error;
  std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses;
};

Lookup look_up(const std::string& host, std::uint16_t port, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | flags;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  return {error, errno, {error == 0 ? found : nullptr, ::freeaddrinfo}};
}

/// The same on a thread of its own: where the name service does not answer, getaddrinfo takes up to
/// half a minute to say so, and nothing can make it return. Who cannot wait leaves the thread
/// behind.
std::future<Lookup> start_look_up(const std::string& host, std::uint16_t port) {
  const auto task = std::make_shared<std::packaged_task<Lookup()>>(
      [host, port] { return look_up(host, port, 0); });
  std::future<Lookup> result = task->get_future();
  try {
    std::thread([task] { (*task)(); }).detach();
  } catch (const std::system_error&) {  // no more threads
    (*task)();
  }
  return result;
}

/// An IPv6 address may come in the brackets that keep it apart from a port.
std::string without_brackets(const std::string& host) {
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  return bracketed ? host.substr(1, host.size() - 2) : host;
}

std::string missing_part(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  std::error_code ignored;
  const bool folder_exists = folder.empty() || std::filesystem::exists(folder, ignored);
  return folder_exists ? "no such socket" : fmt::format("no folder {}", folder.string());
}

class Connector {
 public:
  Connector(const Endpoint& endpoint, const ConnectOptions& options)
      : endpoint_(endpoint),
        options_(options),
        start_(options.waiting_since.value_or(Clock::now())),
        // A wait without end must not overflow the clock.
        deadline_(options.wait < Clock::time_point::max() - start_ ? start_ + options.wait
                                                                   : Clock::time_point::max()) {}

  std::optional<Socket> run() {
    for (auto pause = first_pause;; pause = std::min(2 * pause, longest_pause)) {
      Outcome outcome = round();
      if (auto* socket = std::get_if<Socket>(&outcome)) return std::move(*socket);
      if (std::holds_alternative<Stopped>(outcome)) return std::nullopt;
      const std::string& reason = std::get<NobodyYet>(outcome).reason;
      if (Clock::now() >= deadline_) throw_nobody_listens(reason);
      say_waiting(reason);
      if (stopped_during(pause)) return std::nullopt;
    }
  }

 private:
  Outcome round() {
    if (const auto* unix_endpoint = std::get_if<UnixEndpoint>(&endpoint_)) {
      return unix_round(unix_endpoint->path);
    }
    return tcp_round(std::get<TcpEndpoint>(endpoint_));
  }

  Outcome unix_round(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    constexpr std::size_t longest_path = sizeof address.sun_path - 1;  // and a NUL
    if (path.size() > longest_path) {
      throw ConnectError(
          Kind::path_too_long, endpoint_, "cannot use the socket path",
          fmt::format("expected at most {} bytes, got {}", longest_path, path.size()),
          "Choose a shorter name or prefix, on the server's side too.");
    }
    if (path.empty()) throw_bad_path("expected a path, got an empty one");
    std::memcpy(address.sun_path, path.data(), path.size());

    Descriptor descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!descriptor) throw_system_failure("socket", errno);
    const int error = connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address);
    if (error == 0) return blocking(std::move(descriptor));
    if (error == ECANCELED) return Stopped{};

    // connect() says "refused" for a plain file, too.
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && !S_ISSOCK(status.st_mode)) {
      throw_bad_path(S_ISDIR(status.st_mode) ? "expected a socket, got a directory"
                                             : "expected a socket, got another kind of file");
    }
    if (!may_pass(error)) throw_bad_path(error_text(error));
    if (error == ENOENT) return NobodyYet{missing_part(path)};
    if (error == ECONNREFUSED) {
      return NobodyYet{"the socket file is there, but nobody listens: a dead server's, perhaps"};
    }
    return NobodyYet{error_text(error)};
  }

  Outcome tcp_round(const TcpEndpoint& endpoint) {
    auto found = find_addresses(endpoint);
    if (std::holds_alternative<Stopped>(found)) return Stopped{};
    if (auto* nobody = std::get_if<NobodyYet>(&found)) return std::move(*nobody);
    const Lookup& lookup = std::get<Lookup>(found);
    if (lookup.error == EAI_AGAIN && Clock::now() - start_ < name_service_patience) {
      return NobodyYet{"the name service cannot answer at the moment"};
    }
    if (lookup.error == EAI_SYSTEM) throw_system_failure("getaddrinfo", lookup.system_error);
    if (lookup.error != 0) {
      throw ConnectError(Kind::no_such_host, endpoint_,
                         "no such host:", ::gai_strerror(lookup.error),
                         "Check the name, and that this machine can resolve it.");
    }

    std::vector<std::string> reasons;
    bool hopeless = true;
    for (const addrinfo* address = lookup.addresses.get(); address != nullptr;
         address = address->ai_next) {
      Descriptor descriptor(
          ::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      if (!descriptor && !is_unsupported_family(errno)) throw_system_failure("socket", errno);
      const int error =
          descriptor ? connect(descriptor, address->ai_addr, address->ai_addrlen) : errno;
      if (error == 0) {
        disable_nagle(descriptor);
        notice_dead_hosts(descriptor);
        return blocking(std::move(descriptor));
      }
      if (error == ECANCELED) return Stopped{};
      hopeless = hopeless && !may_pass(error);
      const std::string reason = error_text(error);
      if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end()) {
        reasons.push_back(reason);
      }
    }
    const std::string all_reasons = fmt::format("{}", fmt::join(reasons, "; "));
    if (hopeless) {
      throw ConnectError(Kind::system, endpoint_, "cannot make a connection to", all_reasons,
                         "A firewall, or a machine without this kind of network, forbids it.");
    }
    return NobodyYet{all_reasons};
  }

  std::variant<Lookup, NobodyYet, Stopped> find_addresses(const TcpEndpoint& endpoint) {
    const std::string host = without_brackets(endpoint.host);
    if (Lookup numeric = look_up(host, endpoint.port, AI_NUMERICHOST); numeric.error == 0) {
      return numeric;
    }
    std::future<Lookup> lookup = start_look_up(host, endpoint.port);
    const std::string nothing_said = "the name service does not answer";
    const auto start = Clock::now();
    while (lookup.wait_for(slice) != std::future_status::ready) {
      const auto now = Clock::now();
      if (stop_requested()) return Stopped{};
      if (now >= std::max(deadline_, start + shortest_attempt)) return NobodyYet{nothing_said};
      if (now >= start + shortest_attempt) say_waiting(nothing_said);
    }
    return lookup.get();
  }

  /// Connects a non-blocking descriptor.
  /// @return 0, the error of the attempt, or ECANCELED when the caller wants to leave
  int connect(const Descriptor& descriptor, const sockaddr* address, socklen_t size) {
    if (::connect(descriptor.get(), address, size) != 0) {
      if (errno != EINPROGRESS) return errno;
      const auto now = Clock::now();
      const auto end = std::min(now + longest_attempt, std::max(deadline_, now + shortest_attempt));
      pollfd waiting{.fd = descriptor.get(), .events = POLLOUT, .revents = 0};
      while (::poll(&waiting, 1, static_cast<int>(slice / 1ms)) <= 0) {
        if (stop_requested()) return ECANCELED;
        if (Clock::now() >= end) return ETIMEDOUT;
      }
      int error = 0;
      socklen_t error_size = sizeof error;
      ::getsockopt(descriptor.get(), SOL_SOCKET, SO_ERROR, &error, &error_size);
      if (error != 0) return error;
    }
    return is_connected_to_itself(descriptor) ? ECONNREFUSED : 0;
  }

  /// Replies are whole messages that the server waits for: to collect them only delays it.
  void disable_nagle(const Descriptor& descriptor) {
    const int on = 1;
    if (::setsockopt(descriptor.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
      throw_system_failure("setsockopt", errno);
    }
  }

  /// Between requests we wait for as long as the server likes. A host that lost its power or its
  /// cable sends nothing to end this: the kernels must ask each other, and sooner than after the
  /// two hours that are the default.
  void notice_dead_hosts(const Descriptor& descriptor) {
    struct Setting {
      int level;
      int name;
      int value;
    };
    for (const auto& [level, name, value] :
         {Setting{SOL_SOCKET, SO_KEEPALIVE, 1}, Setting{IPPROTO_TCP, TCP_KEEPIDLE, 60},
          Setting{IPPROTO_TCP, TCP_KEEPINTVL, 10}, Setting{IPPROTO_TCP, TCP_KEEPCNT, 6}}) {
      if (::setsockopt(descriptor.get(), level, name, &value, sizeof value) != 0) {
        throw_system_failure("setsockopt", errno);
      }
    }
  }

  Socket blocking(Descriptor descriptor) {
    const int flags = ::fcntl(descriptor.get(), F_GETFL);
    if (flags < 0 || ::fcntl(descriptor.get(), F_SETFL, flags & ~O_NONBLOCK) != 0) {
      throw_system_failure("fcntl", errno);
    }
    return Socket(std::move(descriptor));
  }

  bool stopped_during(std::chrono::nanoseconds pause) {
    const auto end = std::min(Clock::now() + pause, deadline_);
    for (auto now = Clock::now(); now < end; now = Clock::now()) {
      if (stop_requested()) return true;
      std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(end - now, slice));
    }
    return false;
  }

  bool stop_requested() const { return options_.stop && options_.stop(); }

  void say_waiting(const std::string& reason) {
    if (options_.on_waiting && !std::exchange(said_waiting_, true)) options_.on_waiting(reason);
  }

  [[noreturn]] void throw_bad_path(const std::string& facts) {
    throw ConnectError(Kind::bad_path, endpoint_, "cannot use the socket path", facts,
                       "Check the name and the prefix.");
  }

  [[noreturn]] void throw_nobody_listens(const std::string& reason) {
    const double seconds = std::chrono::duration<double>(options_.wait).count();
    throw ConnectError(Kind::nobody_listens, endpoint_, "no server at",
                       fmt::format("tried for {:g} s: {}", seconds, reason),
                       "Check the address, start the server, or wait longer for it.");
  }

  [[noreturn]] void throw_system_failure(const char* call, int error) {
    throw ConnectError(Kind::system, endpoint_, "cannot make a connection to",
                       fmt::format("{}: {}", call, error_text(error)),
                       "This is a limit of this process or machine, not of the server.");
  }

  const Endpoint& endpoint_;
  const ConnectOptions& options_;
  Clock::time_point start_;
  Clock::time_point deadline_;
  bool said_waiting_ = false;
};

}  // namespace

std::optional<Socket> open_socket(const Endpoint& endpoint, const ConnectOptions& options) {
  return Connector(endpoint, options).run();
}

}  // namespace forcewire
