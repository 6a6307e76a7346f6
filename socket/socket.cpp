#include "socket/socket.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "socket/error.hpp"

namespace forcewire {
namespace {

using Clock = std::chrono::steady_clock;

/// Parts of a gathered or scattered transfer that go into one system call; the kernel takes 1024.
constexpr std::size_t parts_per_call = 64;

// What errors say we were doing.
constexpr auto reading = "while we read a message";
constexpr auto writing = "while we sent a message";

[[noreturn]] void throw_system_error(const char* call) {
  throw std::system_error(errno, std::generic_category(), call);
}

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

/// Errors of a transfer that say that the connection is gone; all others are bugs of ours.
bool is_broken_connection(int error) {
  return error == ECONNRESET || error == EPIPE || error == ECONNABORTED || error == ETIMEDOUT ||
         error == EHOSTUNREACH || error == ENETUNREACH || error == ENETDOWN || error == ENETRESET;
}

/// Throws when nothing has moved for longer than allowed.
class SilenceLimit {
 public:
  using GiveUp = std::function<bool(std::chrono::nanoseconds silence)>;

  explicit SilenceLimit(std::optional<std::chrono::nanoseconds> limit, GiveUp give_up = {})
      : limit_(limit), give_up_(std::move(give_up)) {}

  void renew() {
    if (limit_) last_progress_ = Clock::now();
  }

  void check(const char* activity, std::size_t wanted, std::size_t got) const {
    if (!limit_) return;
    const auto silence = Clock::now() - last_progress_;
    if (silence < *limit_ && !(give_up_ && give_up_(silence))) return;
    throw PeerError(PeerError::Kind::timeout, activity, wanted, got, limit_);
  }

 private:
  std::optional<std::chrono::nanoseconds> limit_;
  GiveUp give_up_;
  Clock::time_point last_progress_ = Clock::now();
};

/// The first `limit` bytes behind the first `begin` bytes of `parts`, of which `begin` are in the
/// first one, as far as they go into one system call.
std::size_t gather(std::span<const std::span<const std::byte>> parts, std::size_t begin,
                   std::size_t limit, std::array<iovec, parts_per_call>& vectors) {
  std::size_t count = 0;
  for (const auto part : parts.first(std::min(parts.size(), vectors.size()))) {
    if (limit == 0) break;
    const auto rest = part.subspan(begin).first(std::min(part.size() - begin, limit));
    // iovec serves reading too, hence its lack of const
    vectors[count++] = {const_cast<std::byte*>(rest.data()), rest.size()};
    limit -= rest.size();
    begin = 0;
  }
  return count;
}

}  // namespace

void Socket::wake_regularly() {
  if (wakes_regularly_) return;
  const timeval limit{.tv_sec = 0, .tv_usec = std::chrono::microseconds(slice).count()};
  for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
    if (::setsockopt(descriptor(), SOL_SOCKET, option, &limit, sizeof limit) != 0) {
      throw_system_error("setsockopt");
    }
  }
  const int flags = ::fcntl(descriptor(), F_GETFL);
  if (flags < 0 || ::fcntl(descriptor(), F_SETFL, flags & ~O_NONBLOCK) != 0) {
    throw_system_error("fcntl");
  }
  wakes_regularly_ = true;
}

void Socket::wait_until_ready(short events) {
  // A descriptor that wakes regularly has waited already. Another one says EAGAIN only when its
  // owner made it non-blocking.
  if (wakes_regularly_) return;
  pollfd poll_descriptor{.fd = descriptor(), .events = events, .revents = 0};
  if (::poll(&poll_descriptor, 1, -1) < 0 && errno != EINTR) throw_system_error("poll");
}

/// Before each read, because the kernel forgets it whenever we send.
void Socket::acknowledge_at_once() noexcept {
  if (!owes_answer_ || !acknowledges_) return;
  const int on = 1;
  acknowledges_ = ::setsockopt(descriptor(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on) == 0;
}

Arrival Socket::receive(std::span<const std::span<std::byte>> parts) {
  acknowledge_at_once();
  std::array<iovec, parts_per_call> vectors;
  std::size_t count = 0;
  for (const auto part : parts.first(std::min(parts.size(), vectors.size()))) {
    vectors[count++] = {part.data(), part.size()};
  }
  const ssize_t n = ::readv(descriptor(), vectors.data(), static_cast<int>(count));
  if (n > 0) {
    owes_answer_ = true;
    return {Arrival::State::data, static_cast<std::size_t>(n)};
  }
  if (n == 0) return {Arrival::State::closed};
  if (errno == EINTR) return {Arrival::State::nothing_yet};
  if (would_block(errno)) {
    wait_until_ready(POLLIN);
    return {Arrival::State::nothing_yet};
  }
  if (is_broken_connection(errno)) return {Arrival::State::broken};
  throw_system_error("readv");
}

Arrival Socket::read_some(std::span<const std::span<std::byte>> parts) {
  wake_regularly();
  return receive(parts);
}

void Socket::readbuffer(std::span<std::byte> buffer,
                        std::optional<std::chrono::nanoseconds> silence) {
  if (silence) wake_regularly();
  SilenceLimit limit(silence);
  const std::size_t wanted = buffer.size();
  std::size_t got = 0;
  while (got < wanted) {
    const std::span<std::byte> rest = buffer.subspan(got);
    const Arrival arrival = receive({&rest, 1});
    switch (arrival.state) {
      case Arrival::State::data:
        got += arrival.bytes;
        limit.renew();
        break;
      case Arrival::State::nothing_yet:
        limit.check(reading, wanted, got);
        break;
      case Arrival::State::closed:
        throw PeerError(got == 0 ? PeerError::Kind::closed : PeerError::Kind::truncated, reading,
                        wanted, got);
      case Arrival::State::broken:
        throw PeerError(PeerError::Kind::reset, reading, wanted, got);
    }
  }
}

void Socket::finish() noexcept {
  // Nothing more from us; for a UNIX socket nothing more to us either, so that no byte can arrive
  // between the last read and the close.
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  const bool is_unix = ::getsockname(descriptor(), reinterpret_cast<sockaddr*>(&own), &size) == 0 &&
                       own.ss_family == AF_UNIX;
  ::shutdown(descriptor(), is_unix ? SHUT_RDWR : SHUT_WR);
  std::array<std::byte, 4096> unread;
  constexpr int most_looks = 1024;  // whoever sends faster than we read would keep us here for ever
  for (int look = 0; look < most_looks; ++look) {
    if (::recv(descriptor(), unread.data(), unread.size(), MSG_DONTWAIT) <= 0) break;
  }
  descriptor_ = Descriptor();
}

void Socket::writebuffer(std::span<const std::span<const std::byte>> parts,
                         std::optional<std::chrono::nanoseconds> silence,
                         const std::function<std::size_t(std::size_t sent)>& await,
                         const std::function<bool(std::chrono::nanoseconds silence)>& give_up) {
  if (silence) wake_regularly();
  SilenceLimit limit(silence, give_up);
  std::size_t total = 0;
  for (const auto& part : parts) total += part.size();

  std::size_t sent = 0;
  std::size_t sent_of_front = 0;  // of parts.front(), after a short write
  std::size_t there = await ? 0 : total;
  while (sent < total) {
    if (sent == there) {
      there = await(sent);
      if (there <= sent) {
        throw std::logic_error(fmt::format(
            "{} of {} bytes can be sent, expected more than the {} that are", there, total, sent));
      }
      limit.renew();
    }
    std::array<iovec, parts_per_call> vectors;
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = gather(parts, sent_of_front, there - sent, vectors);
    const ssize_t n = ::sendmsg(descriptor(), &message, MSG_NOSIGNAL);
    if (n >= 0) {
      owes_answer_ = false;
      sent += static_cast<std::size_t>(n);
      sent_of_front += static_cast<std::size_t>(n);
      while (!parts.empty() && sent_of_front >= parts.front().size()) {
        sent_of_front -= parts.front().size();
        parts = parts.subspan(1);
      }
      limit.renew();
    } else if (errno == EINTR || would_block(errno)) {
      if (errno != EINTR) wait_until_ready(POLLOUT);
      limit.check(writing, total, sent);
    } else if (is_broken_connection(errno)) {
      throw PeerError(PeerError::Kind::reset, writing, total, sent);
    } else {
      throw_system_error("sendmsg");
    }
  }
}

}  // namespace forcewire
