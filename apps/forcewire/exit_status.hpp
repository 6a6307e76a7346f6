#pragma once

namespace forcewire {

/// What the program tells the shell; the same on every rank.
enum class ExitStatus {
  /// The server sent EXIT, or closed or lost the connection between two requests; or a signal, a
  /// time limit or a stop file asked us to leave and we did so in order; or no other server came.
  success = 0,
  /// Wrong usage: command line, model options, template.
  usage = 2,
  /// No connection: no such host, nobody listens, bad socket path; or ranks do not reach each
  /// other.
  no_connection = 3,
  /// The server vanished: closed, reset or silent inside a message, or gone while we held a result.
  server_vanished = 4,
  /// The server broke the protocol.
  protocol = 5,
  /// The potential failed: bad numbers in, bad numbers out, no memory, or an exception.
  potential = 6,
  /// A bug of ours (EX_SOFTWARE of sysexits.h).
  internal = 70,
};

}  // namespace forcewire
