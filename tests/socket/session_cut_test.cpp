// A valid conversation, cut at every byte: what the session makes of it is told here by counting
// bytes, without the state machine of the protocol.

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>
#include <cstring>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "socket/error.hpp"
#include "socket/session.hpp"
#include "tests/socket/connected_pair.hpp"
#include "tests/socket/wire.hpp"

namespace forcewire {
namespace {

using namespace std::chrono_literals;

constexpr wire::Matrix some_cell{1, 2, 3, 4, 5, 6, 7, 8, 9};
const std::vector<double> two_atoms{1, 2, 3, 4, 5, 6};

std::string request() { return wire::posdata(some_cell, two_atoms); }

/// What a server says, message by message.
std::vector<std::string> conversation() {
  const std::string status = wire::header("STATUS");
  const std::string getforce = wire::header("GETFORCE");
  return {status,
          wire::init(3, "a text"),
          status,
          request(),
          status,
          getforce,
          status,
          request(),
          getforce,
          request(),
          getforce,
          status,
          wire::header("EXIT")};
}

/// The same without a question that is answered before a result is.
std::vector<std::string> conversation_without_status() {
  std::vector<std::string> messages = conversation();
  std::erase(messages, wire::header("STATUS"));
  return messages;
}

std::string joined(const std::vector<std::string>& messages) {
  std::string bytes;
  for (const std::string& message : messages) bytes += message;
  return bytes;
}

/// Where a cut lies.
struct Place {
  bool inside_a_message = false;
  bool holds_result = false;
  bool result_was_fetched = false;
};

Place find(const std::vector<std::string>& messages, std::size_t cut) {
  Place place;
  std::size_t end = 0;
  for (const std::string& message : messages) {
    if (cut <= end) break;
    place.inside_a_message = cut < end + message.size();
    end += message.size();
    if (place.inside_a_message) break;
    if (message == request()) place.holds_result = true;
    if (message == wire::header("GETFORCE")) {
      place.holds_result = false;
      place.result_was_fetched = true;
    }
  }
  return place;
}

std::string name(Exit::Reason reason) {
  switch (reason) {
    case Exit::Reason::exit_received:
      return "EXIT";
    case Exit::Reason::server_closed:
      return "closed between requests";
    case Exit::Reason::connection_lost:
      return "lost between requests";
    case Exit::Reason::never_spoke:
      return "never spoke";
    case Exit::Reason::stop_requested:
      return "stopped";
    case Exit::Reason::idle_timeout:
      return "idle";
  }
  return {};
}

/// Serves until the end, and says which it was.
std::string outcome(Descriptor ours) {
  SessionOptions options;
  options.message_timeout = 1ms;
  options.idle_timeout = 1ms;
  Session session(Socket(std::move(ours)), std::move(options));
  const std::vector<double> forces(two_atoms.size(), 0.5);
  try {
    for (;;) {
      const Event event = session.next();
      if (const auto* exit = std::get_if<Exit>(&event)) return name(exit->reason);
      if (std::holds_alternative<Evaluate>(event)) session.answer({-1, forces, some_cell, ""});
    }
  } catch (const PeerError& error) {
    switch (error.kind()) {
      case PeerError::Kind::closed:
        return "closed with a result";
      case PeerError::Kind::truncated:
        return "closed inside";
      case PeerError::Kind::reset:
        return "reset";
      case PeerError::Kind::timeout:
        return "silent";
    }
  }
  return {};
}

/// Whether the server sees, behind our answers, that we have closed, and nothing worse.
bool sees_an_orderly_close(const Descriptor& server) {
  char bytes[4096];
  ssize_t n = 0;
  do {
    n = ::recv(server.get(), bytes, sizeof bytes, MSG_DONTWAIT);
  } while (n > 0);
  return n == 0;
}

TEST(SessionCut, ServerClosesAtEveryByte) {
  const auto messages = conversation();
  const std::string bytes = joined(messages);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    ConnectedPair pair;
    pair.send(std::string_view(bytes).substr(0, cut));
    ::shutdown(pair.server.get(), SHUT_WR);
    const Place place = find(messages, cut);
    const std::string expected = cut == bytes.size()      ? "EXIT"
                                 : place.inside_a_message ? "closed inside"
                                 : place.holds_result     ? "closed with a result"
                                 : cut == 0               ? "never spoke"
                                                          : "closed between requests";
    EXPECT_EQ(outcome(std::move(pair.ours)), expected) << "cut at byte " << cut;
    EXPECT_TRUE(sees_an_orderly_close(pair.server)) << "cut at byte " << cut;
  }
}

TEST(SessionCut, ServerIsGoneAtEveryByte) {
  const auto messages = conversation_without_status();
  const std::string bytes = joined(messages);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    ConnectedPair pair;
    pair.send(std::string_view(bytes).substr(0, cut));
    pair.close_server();
    const Place place = find(messages, cut);
    // A result that cannot be sent is where it ends, whatever else the server had said.
    const std::string expected = place.result_was_fetched ? "reset"
                                 : place.inside_a_message ? "closed inside"
                                 : place.holds_result     ? "closed with a result"
                                 : cut == 0               ? "never spoke"
                                                          : "closed between requests";
    EXPECT_EQ(outcome(std::move(pair.ours)), expected) << "cut at byte " << cut;
  }
}

TEST(SessionCut, ServerFallsSilentAtEveryByte) {
  const auto messages = conversation();
  const std::string bytes = joined(messages);
  std::vector<std::string> outcomes(bytes.size() + 1);
  std::vector<ConnectedPair> pairs(bytes.size() + 1);
  {
    // Each waits for some tenths of a second, and all at the same time.
    std::vector<std::jthread> sessions;
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      sessions.emplace_back([&, cut] {
        pairs[cut].send(std::string_view(bytes).substr(0, cut));
        outcomes[cut] = outcome(std::move(pairs[cut].ours));
      });
    }
  }
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    const Place place = find(messages, cut);
    const std::string expected = cut == bytes.size()                            ? "EXIT"
                                 : place.inside_a_message || place.holds_result ? "silent"
                                                                                : "idle";
    EXPECT_EQ(outcomes[cut], expected) << "cut at byte " << cut;
    EXPECT_TRUE(sees_an_orderly_close(pairs[cut].server)) << "cut at byte " << cut;
  }
}

}  // namespace
}  // namespace forcewire
