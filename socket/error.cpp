#include "socket/error.hpp"

#include <fmt/format.h>

#include <utility>

namespace forcewire {
namespace {

std::string what_the_peer_did(PeerError::Kind kind,
                              std::optional<std::chrono::nanoseconds> silence) {
  switch (kind) {
    case PeerError::Kind::closed:
    case PeerError::Kind::truncated:
      return "the server closed the connection";
    case PeerError::Kind::reset:
      return "the connection to the server broke";
    case PeerError::Kind::timeout:
      break;
  }
  return fmt::format(
      "the server stayed silent for {:g} s",
      std::chrono::duration<double>(silence.value_or(std::chrono::nanoseconds::zero())).count());
}

}  // namespace

ConnectError::ConnectError(Kind kind, const Endpoint& endpoint, std::string_view what_happened,
                           std::string_view facts, std::string_view advice)
    : std::runtime_error(
          fmt::format("{} {} ({}). {}", what_happened, to_string(endpoint), facts, advice)),
      kind_(kind),
      endpoint_(endpoint) {}

PeerError::PeerError(Kind kind, std::string_view activity, std::size_t wanted, std::size_t got,
                     std::optional<std::chrono::nanoseconds> silence)
    : std::runtime_error(
          fmt::format("{} {} (expected {} bytes, got {}). The server's own output should say why.",
                      what_the_peer_did(kind, silence), activity, wanted, got)),
      kind_(kind),
      wanted_(wanted),
      got_(got) {}

ProtocolError::ProtocolError(std::string_view where, std::string expected, std::string got)
    : std::runtime_error(
          fmt::format("the server broke the protocol in {} (expected {}, got {}). Check that it is "
                      "an i-PI protocol server that listens there.",
                      where, expected, got)),
      expected_(std::move(expected)),
      got_(std::move(got)) {}

TooManyAtoms::TooManyAtoms(std::int64_t limit, std::int64_t announced)
    : ProtocolError("the number of atoms of POSDATA", fmt::format("1 to {}", limit),
                    fmt::format("{}", announced)),
      limit_(limit),
      announced_(announced) {}

}  // namespace forcewire
