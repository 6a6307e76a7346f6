#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace forcewire {

/// The server initialises us: which replica (bead) the next requests belong to, and free text.
struct Init {
  std::int32_t replica;
  std::string parameters;
};

/// The server wants the forces of one structure.
struct Evaluate {
  std::array<double, 9> cell;         ///< row-major, rows = lattice vectors [bohr]
  std::span<const double> positions;  ///< 3 natoms, x y z of each atom in turn [bohr]; valid until
                                      ///< the next request
};

/// The session is over.
struct Exit {
  enum class Reason {
    exit_received,    ///< the server sent EXIT
    server_closed,    ///< the server closed the connection between two requests
    connection_lost,  ///< the connection broke between two requests: reset, host gone
    never_spoke,      ///< either of these before the first byte: a tunnel without a server behind?
    stop_requested,   ///< `SessionOptions::stop` told us to leave
    idle_timeout,     ///< the server was silent between requests for `SessionOptions::idle_timeout`
  };
  Reason reason;
};

using Event = std::variant<Init, Evaluate, Exit>;

/// What goes back for one structure.
struct Answer {
  double energy;  ///< [hartree]
  std::span<const double>
      forces;                    ///< 3 natoms [hartree/bohr]; must stay valid until the next event
  std::array<double, 9> virial;  ///< row-major [hartree]
  std::string_view extras;       ///< must stay valid until the next event
  /// Waits until the first `count` of the forces are there, and returns how many are; empty: all.
  std::function<std::size_t(std::size_t count)> await_forces = {};
};

}  // namespace forcewire
