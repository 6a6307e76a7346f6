// A session over a pair of sockets. Input: all that a server sends before it closes its side.
//
// It comes to what the protocol machine alone comes to, ends as the bytes say, and takes leave in
// order.

#include <sys/socket.h>

#include <cstdint>

#include "socket/session.hpp"
#include "tests/fuzz/transcript.hpp"
#include "tests/socket/connected_pair.hpp"

using namespace forcewire;

namespace {

/// Serves the session to its end.
Exit::Reason serve(Session& session) {
  std::optional<OwnAnswer> answer;
  for (;;) {
    const Event event = session.next();
    if (const auto* exit = std::get_if<Exit>(&event)) return exit->reason;
    if (const auto* request = std::get_if<Evaluate>(&event)) {
      answer.emplace(*request);
      session.answer(answer->get());
    }
  }
}

void expect_end(Session& session, const Transcript& expected, bool spoke) {
  using Reason = Exit::Reason;
  using Kind = PeerError::Kind;
  try {
    const Reason reason = serve(session);
    expect(expected.refusal.empty(), "a refusal");
    expect(!expected.in_message(), "an error for half a message");
    expect(expected.exited || !expected.holds_result, "an error for a result that nobody fetched");
    expect(reason == (expected.exited ? Reason::exit_received
                      : spoke         ? Reason::server_closed
                                      : Reason::never_spoke),
           "the reason of the end");
  } catch (const ProtocolError& error) {
    expect(error.what() == expected.refusal, "the refusal of the machine");
  } catch (const PeerError& error) {
    expect(expected.refusal.empty() && !expected.exited, "what came before the close");
    if (expected.in_message()) {
      expect(error.kind() == Kind::truncated && error.wanted() == expected.wanted &&
                 error.got() == expected.got,
             "the size of half a message");
    } else {
      expect(error.kind() == Kind::closed && expected.holds_result, "a result that nobody fetched");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Transcript expected = converse(bytes);

  ConnectedPair server;
  server.send(bytes);
  ::shutdown(server.server.get(), SHUT_WR);
  {
    SessionOptions options;
    options.max_atoms = fuzzed_max_atoms;
    Session session(Socket(std::move(server.ours)), std::move(options));
    expect_end(session, expected, size > 0);
  }
  expect(server.receive(expected.replies.size() + 1) == expected.replies, "the replies alone");
  char none = 0;
  expect(::recv(server.server.get(), &none, 1, 0) == 0, "an orderly close");
  return 0;
}
