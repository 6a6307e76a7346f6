#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "socket/endpoint.hpp"

namespace forcewire {

/// No connection could be made. The text is one line: what happened, where, and what to do.
class ConnectError : public std::runtime_error {
 public:
  enum class Kind {
    no_such_host,    ///< the name service does not know the host
    nobody_listens,  ///< no server answered within the wait
    path_too_long,   ///< the system cannot hold the path of the UNIX socket
    bad_path,        ///< the path can never become a socket we may use
    system,          ///< this process or machine cannot make connections at all
  };

  /// @param what_happened ends up in front of the endpoint in the text
  /// @param facts what was expected and what came
  /// @param advice a sentence: what the reader can do
  ConnectError(Kind kind, const Endpoint& endpoint, std::string_view what_happened,
               std::string_view facts, std::string_view advice);

  Kind kind() const { return kind_; }
  const Endpoint& endpoint() const { return endpoint_; }

 private:
  Kind kind_;
  Endpoint endpoint_;
};

/// The other side of a connection went away or fell silent.
class PeerError : public std::runtime_error {
 public:
  enum class Kind {
    closed,     ///< closed in order before the first byte of what we wanted
    truncated,  ///< closed in order with only a part of it transferred
    reset,      ///< the connection broke: reset, broken pipe, host gone
    timeout,    ///< nothing moved for the time allowed
  };

  /// @param activity what was going on, such as `while we read the positions of POSDATA`
  /// @param wanted, got sizes of what was being transferred and of what did get through [bytes]
  /// @param silence how long nothing moved, for `timeout`
  PeerError(Kind kind, std::string_view activity, std::size_t wanted, std::size_t got,
            std::optional<std::chrono::nanoseconds> silence = std::nullopt);

  Kind kind() const { return kind_; }
  std::size_t wanted() const { return wanted_; }
  std::size_t got() const { return got_; }

 private:
  Kind kind_;
  std::size_t wanted_;
  std::size_t got_;
};

/// The server sent something that the i-PI protocol does not allow here.
class ProtocolError : public std::runtime_error {
 public:
  /// @param where the field that was read, such as `the header of a message`
  /// @param expected what the protocol allows there
  /// @param got what came, unprintable bytes escaped
  ProtocolError(std::string_view where, std::string expected, std::string got);

  const std::string& expected() const { return expected_; }
  const std::string& got() const { return got_; }

 private:
  std::string expected_;
  std::string got_;
};

/// The server announced more atoms than we take.
class TooManyAtoms : public ProtocolError {
 public:
  TooManyAtoms(std::int64_t limit, std::int64_t announced);

  std::int64_t limit() const { return limit_; }
  std::int64_t announced() const { return announced_; }

 private:
  std::int64_t limit_;
  std::int64_t announced_;
};

}  // namespace forcewire
