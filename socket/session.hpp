#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "socket/socket.hpp"

namespace forcewire {

/// The server initialises us: which replica (bead) the next requests belong to, and free text.
struct Init {
  std::int32_t replica;
  std::string parameters;
};

/// The server wants the forces of one structure.
struct Evaluate {
  std::array<double, 9> cell;           ///< row-major, rows = lattice vectors [bohr]
  std::span<const double> positions;    ///< 3 natoms, x y z of each atom in turn [bohr]; valid until the next `next()`
};

/// The session is over.
struct Exit {
  enum class Reason {
    exit_received,  ///< the server sent EXIT
    server_closed,  ///< the server closed the connection between two requests
    stop_requested, ///< `SessionOptions::stop` told us to leave
    idle_timeout,   ///< the server was silent between requests for `SessionOptions::idle_timeout`
  };
  Reason reason;
};

using Event = std::variant<Init, Evaluate, Exit>;

/// What goes back for one structure.
struct Answer {
  double energy;                     ///< [hartree]
  std::span<const double> forces;    ///< 3 natoms [hartree/bohr]; must stay valid until the next event
  std::array<double, 9> virial;      ///< row-major [hartree]
  std::string_view extras;           ///< must stay valid until the next event
};

struct SessionOptions {
  /// The server may be silent inside a message no longer than this.
  std::chrono::nanoseconds message_timeout = std::chrono::seconds(60);
  /// ... and between messages no longer than this; without a value, for ever.
  std::optional<std::chrono::nanoseconds> idle_timeout;
  /// Asked between messages, at least a few times a second: leave in order?
  std::function<bool()> stop;
  /// More atoms than this are refused before anything is allocated.
  std::int64_t max_atoms = 100'000'000;
  /// Storage for `count` position coordinates, where the socket writes straight into; an own
  /// buffer when empty.
  std::function<std::span<double>(std::size_t count)> positions;
};

/// Where a session's wall time went.
struct SessionTimes {
  std::chrono::nanoseconds waiting{};    ///< for the first byte of the next message
  std::chrono::nanoseconds receiving{};
  std::chrono::nanoseconds sending{};
};

/// The client side of one i-PI connection: requests come out of it, answers go into it.
class Session {
 public:
  Session(Socket socket, SessionOptions options);

  /// Waits for the next thing the server wants of us; answers STATUS and GETFORCE on the way.
  ///
  /// @throws ProtocolError when the server breaks the protocol
  /// @throws PeerError when the server closes, resets or stays silent inside a message, or is gone
  ///         while we hold a result for it
  Event next();

  /// Hands over the result of the last `Evaluate`; it is sent when the server asks for it.
  void answer(const Answer& answer);

  const SessionTimes& times() const;
};

}  // namespace forcewire
