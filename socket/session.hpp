#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <variant>

#include "socket/error.hpp"
#include "socket/event.hpp"
#include "socket/protocol.hpp"
#include "socket/socket.hpp"

namespace forcewire {

/// Where a session's wall time went.
struct SessionTimes {
  std::chrono::nanoseconds waiting{};    ///< for the first byte of the next message
  std::chrono::nanoseconds receiving{};  ///< the rest of messages
  std::chrono::nanoseconds sending{};    ///< replies, without `Answer::await_forces`
};

struct SessionOptions {
  /// The server may be silent inside a message no longer than this.
  std::chrono::nanoseconds message_timeout = std::chrono::seconds(60);
  /// ... and between messages no longer than this; without a value, for ever.
  std::optional<std::chrono::nanoseconds> idle_timeout;
  /// Asked between messages, before each and a few times a second while waiting: leave in order? A
  /// message that has begun, theirs or ours, is finished first, and a result that we hold is
  /// delivered, unless the server keeps us waiting for two seconds.
  std::function<bool()> stop;
  /// When `stop` has said yes: may the server have been told to leave at once, too? Then it is no
  /// failure that it is gone in the middle of something. Empty: it may.
  std::function<bool()> server_stops_too = {};
  /// More atoms than this are refused before anything is allocated.
  std::int64_t max_atoms = usual_max_atoms;
  /// Storage for `count` position coordinates, where the socket writes straight into; an own
  /// buffer when empty.
  std::function<std::span<double>(std::size_t count)> positions = {};
  /// Told how many of these coordinates are there, at first 0; returns at how many, a greater
  /// number, it wants to be told again, unless these are all. Empty: nobody wants to know.
  std::function<std::size_t(std::size_t count)> on_positions = {};
  /// Told when a result has been sent, with the times so far. Empty: nobody wants to know.
  std::function<void(const SessionTimes&)> on_sent = {};
};

/// The client side of one i-PI connection: requests come out of it, answers go into it.
///
///     for (;;) {
///       const Event event = session.next();
///       if (std::holds_alternative<Exit>(event)) break;
///       if (const auto* request = std::get_if<Evaluate>(&event)) session.answer(...);
///     }
class Session {
 public:
  Session(Socket socket, SessionOptions options);
  Session(const Session&) = delete;  // it refers to its own buffer
  Session& operator=(const Session&) = delete;
  /// Takes leave of the server in order.
  ~Session() { socket_.finish(); }

  /// Waits for the next thing the server wants of us; answers STATUS and GETFORCE on the way.
  ///
  /// @throws ProtocolError when the server breaks the protocol
  /// @throws PeerError when the server closes, resets or stays silent inside a message, or is gone
  ///         while we hold a result for it
  /// @throws std::logic_error when the last `Evaluate` has not been answered
  Event next();

  /// Hands over the result of the last `Evaluate`; it is sent when the server asks for it.
  ///
  /// @throws std::logic_error when there is no such request, or it had another number of atoms
  /// @throws std::length_error when the extras are longer than the wire can say
  void answer(const Answer& answer);

  const SessionTimes& times() const { return times_; }

 private:
  using Clock = std::chrono::steady_clock;

  std::variant<std::size_t, Exit> fill_wanted();
  std::variant<std::size_t, Exit> read();
  std::optional<Exit> give_up_waiting(Clock::duration silence);
  Exit peer_gone(PeerError::Kind kind);
  [[noreturn]] void throw_inside_message(
      PeerError::Kind kind, std::optional<std::chrono::nanoseconds> silence = std::nullopt);
  std::optional<Exit> send_reply();
  bool stop_requested() const { return options_.stop && options_.stop(); }
  bool patience_is_over(Clock::duration silence);
  bool leaves_now();
  bool server_may_leave() const;

  Socket socket_;
  SessionOptions options_;
  Protocol protocol_;
  SessionTimes times_;
  bool server_spoke_ = false;
  std::optional<Clock::time_point> stop_seen_;  // when `stop` first said yes

  /// Bytes read beyond what the protocol wanted at the time: small messages whole, and the header
  /// that follows large ones, for no system call of their own.
  std::array<std::byte, 4096> ahead_;
  std::span<const std::byte> unread_;  // of ahead_
};

}  // namespace forcewire
