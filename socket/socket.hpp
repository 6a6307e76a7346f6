#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>

#include "socket/descriptor.hpp"

namespace forcewire {

/// What a single read of a stream socket brought.
struct Arrival {
  enum class State {
    data,         ///< `bytes` bytes, at least one
    nothing_yet,  ///< the wait was over before anything came, or a signal ended it
    closed,       ///< the peer has closed in order
    broken,       ///< reset, or the peer's host is gone
  };
  State state;
  std::size_t bytes = 0;
};

/// A connected stream socket, and whole buffers through it.
///
/// Timeouts bound *silence*, not duration: every byte that moves renews them, so that a large
/// message over a slow network is not an error, and a dead peer is.
///
/// How it waits: with a timeout the descriptor blocks in the kernel for at most `slice` at a time
/// (SO_RCVTIMEO, SO_SNDTIMEO). That costs one system call per wait, where poll and read cost two,
/// and a round trip through an MD server is nothing but short waits.
///
/// A peer that sends a message in several small pieces over TCP, as ASE does, has Nagle's algorithm
/// hold back the second one until the first is acknowledged, and the kernel holds acknowledgements
/// back for 40 ms, so that they may travel with an answer. Where we read again before we have
/// answered, there is nothing to wait for: whatever came is acknowledged at once.
class Socket {
 public:
  /// The longest that a call with a timeout sleeps before it looks at the clock.
  static constexpr std::chrono::milliseconds slice{100};

  /// Takes over a connected stream socket.
  explicit Socket(Descriptor descriptor) noexcept : descriptor_(std::move(descriptor)) {}

  /// Fills as much of `parts`, in their order, as is there, waiting up to `slice` for the first
  /// byte.
  Arrival read_some(std::span<const std::span<std::byte>> parts);

  /// Fills the whole buffer.
  ///
  /// @param silence gives up when nothing arrives for so long; without a value, never
  /// @throws PeerError when the peer closes (before the first byte: `closed`, later: `truncated`),
  ///         resets or stays silent
  void readbuffer(std::span<std::byte> buffer,
                  std::optional<std::chrono::nanoseconds> silence = std::nullopt);

  /// Sends all parts, in their order, in one system call if the kernel takes them.
  ///
  /// @param silence gives up when the peer takes nothing for so long; without a value, never
  /// @param await waits until more than the first `sent` bytes can be sent, and returns how many
  ///        can be; empty: all. What it waits is not the peer's silence
  /// @param give_up asked a few times a second while the peer takes nothing, with for how long it
  ///        has not: give up now? Empty: no. Only with `silence`
  /// @throws PeerError when the connection is closed, breaks or stays silent; never SIGPIPE
  /// @throws std::logic_error when `await` returns without more
  void writebuffer(std::span<const std::span<const std::byte>> parts,
                   std::optional<std::chrono::nanoseconds> silence = std::nullopt,
                   const std::function<std::size_t(std::size_t sent)>& await = {},
                   const std::function<bool(std::chrono::nanoseconds silence)>& give_up = {});

  /// Takes leave in order: the peer sees the end of the stream, even if it has just sent something
  /// that nobody will read. (To close with unread bytes resets the connection, which i-PI 3.2 does
  /// not survive.)
  void finish() noexcept;

  int descriptor() const { return descriptor_.get(); }

  /// Gives the descriptor up to the caller.
  [[nodiscard]] int release() noexcept { return descriptor_.release(); }

 private:
  Arrival receive(std::span<const std::span<std::byte>> parts);
  void acknowledge_at_once() noexcept;
  void wake_regularly();
  void wait_until_ready(short events);

  Descriptor descriptor_;
  bool wakes_regularly_ = false;
  bool owes_answer_ = true;   // has received since it sent; or its owner has, before it was ours
  bool acknowledges_ = true;  // as TCP does, until it says that it is something else
};

}  // namespace forcewire
