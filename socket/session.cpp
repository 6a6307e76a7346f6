#include "socket/session.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

namespace forcewire {
namespace {

/// A server that has not fetched its result for so long, or is silent inside a message, does not
/// keep us from leaving.
constexpr std::chrono::seconds patience_when_stopped{2};

}  // namespace

Session::Session(Socket socket, SessionOptions options)
    : socket_(std::move(socket)),
      options_(std::move(options)),
      protocol_({.max_atoms = options_.max_atoms,
                 .positions = options_.positions,
                 .on_positions = options_.on_positions}) {}

Event Session::next() {
  for (;;) {
    const auto filled = fill_wanted();
    if (const auto* exit = std::get_if<Exit>(&filled)) return *exit;
    std::optional<Event> event = protocol_.received(std::get<std::size_t>(filled));
    if (event) return std::move(*event);
    if (const auto exit = send_reply()) return *exit;
  }
}

void Session::answer(const Answer& answer) {
  protocol_.answer(answer);
  stop_seen_.reset();  // it may have been while the request came, and then we computed
}

std::variant<std::size_t, Exit> Session::fill_wanted() {
  // Here and not in `read` alone: a server may send ahead for ever.
  if (protocol_.between_messages() && leaves_now()) return Exit{Exit::Reason::stop_requested};
  if (unread_.empty()) return read();
  const std::span<std::byte> wanted = protocol_.wanted();
  const std::size_t count = std::min(wanted.size(), unread_.size());
  std::memcpy(wanted.data(), unread_.data(), count);
  unread_ = unread_.subspan(count);
  return count;
}

std::variant<std::size_t, Exit> Session::read() {
  const std::array<std::span<std::byte>, 2> parts{protocol_.wanted(), ahead_};
  const bool between_messages = protocol_.between_messages();
  auto& time_spent = between_messages ? times_.waiting : times_.receiving;
  const auto start = Clock::now();
  auto last_look = start;
  for (;;) {
    const Arrival arrival = socket_.read_some(parts);
    const auto now = Clock::now();
    time_spent += now - last_look;  // at each look, so that waiting in vain counts as well
    last_look = now;
    const auto silence = now - start;
    switch (arrival.state) {
      case Arrival::State::data: {
        const std::size_t count = std::min(arrival.bytes, parts[0].size());
        unread_ = std::span(ahead_).first(arrival.bytes - count);
        server_spoke_ = true;
        return count;
      }
      case Arrival::State::nothing_yet:
        if (const auto exit = give_up_waiting(silence)) return *exit;
        break;
      case Arrival::State::closed:
        return peer_gone(PeerError::Kind::closed);
      case Arrival::State::broken:
        return peer_gone(PeerError::Kind::reset);
    }
  }
}

std::optional<Exit> Session::give_up_waiting(Clock::duration silence) {
  if (!protocol_.between_messages()) {
    if (patience_is_over(silence)) return Exit{Exit::Reason::stop_requested};
    if (silence < options_.message_timeout) return std::nullopt;
    throw_inside_message(PeerError::Kind::timeout, options_.message_timeout);
  }
  if (leaves_now()) return Exit{Exit::Reason::stop_requested};
  if (!options_.idle_timeout || silence < *options_.idle_timeout) return std::nullopt;
  if (!protocol_.holds_result()) return Exit{Exit::Reason::idle_timeout};
  throw PeerError(PeerError::Kind::timeout, "before it fetched its result", header_size, 0,
                  options_.idle_timeout);
}

/// Inside a message: has nothing moved since we were told to leave, for too long?
bool Session::patience_is_over(Clock::duration silence) {
  if (!stop_requested()) return false;
  const auto now = Clock::now();
  if (!stop_seen_) stop_seen_ = now;
  return std::min(silence, now - *stop_seen_) >= patience_when_stopped;
}

/// Between messages: may and should we go? The patience with a result in our hands does not begin
/// anew when the server asks for our STATUS meanwhile.
bool Session::leaves_now() {
  if (!stop_requested()) return false;
  if (!stop_seen_) stop_seen_ = Clock::now();
  return !protocol_.holds_result() || Clock::now() - *stop_seen_ >= patience_when_stopped;
}

/// Ctrl-C reaches the server as well as us: that it leaves first is no failure.
bool Session::server_may_leave() const {
  return stop_requested() && (!options_.server_stops_too || options_.server_stops_too());
}

/// What a lost connection means depends on what the server left undone.
Exit Session::peer_gone(PeerError::Kind kind) {
  if (server_may_leave()) return Exit{Exit::Reason::stop_requested};
  if (!protocol_.between_messages()) {
    throw_inside_message(kind == PeerError::Kind::closed ? PeerError::Kind::truncated : kind);
  }
  if (protocol_.holds_result()) {
    throw PeerError(kind, "before it fetched its result", header_size, 0);
  }
  if (stop_requested()) return Exit{Exit::Reason::stop_requested};
  if (!server_spoke_) return Exit{Exit::Reason::never_spoke};
  return Exit{kind == PeerError::Kind::closed ? Exit::Reason::server_closed
                                              : Exit::Reason::connection_lost};
}

void Session::throw_inside_message(PeerError::Kind kind,
                                   std::optional<std::chrono::nanoseconds> silence) {
  throw PeerError(kind, "in " + std::string(protocol_.part_name()), protocol_.part_size(),
                  protocol_.filled(), silence);
}

std::optional<Exit> Session::send_reply() {
  const auto parts = protocol_.reply();
  if (parts.empty()) return std::nullopt;
  const bool only_a_status = parts.size() == 1;
  const auto start = Clock::now();
  Clock::duration awaiting{};
  std::function<std::size_t(std::size_t)> await;
  if (protocol_.awaits_forces()) {
    await = [&](std::size_t sent) {
      const auto since = Clock::now();
      const std::size_t there = protocol_.await_reply(sent);
      awaiting += Clock::now() - since;
      return there;
    };
  }
  try {
    socket_.writebuffer(parts, options_.message_timeout, await,
                        [this](auto silence) { return patience_is_over(silence); });
  } catch (const PeerError& error) {
    if (error.kind() == PeerError::Kind::timeout) {
      if (stop_requested()) return Exit{Exit::Reason::stop_requested};
      throw;
    }
    if (only_a_status || server_may_leave()) return peer_gone(error.kind());
    throw;
  }
  times_.sending += Clock::now() - start - awaiting;
  if (!only_a_status && options_.on_sent) options_.on_sent(times_);
  return std::nullopt;
}

}  // namespace forcewire
