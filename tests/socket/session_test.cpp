#include "socket/session.hpp"

#include <gmock/gmock.h>
#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <functional>
#include <thread>
#include <vector>

#include "socket/error.hpp"
#include "tests/socket/connected_pair.hpp"
#include "tests/socket/wire.hpp"

namespace forcewire {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using testing::HasSubstr;

constexpr wire::Matrix some_cell{1, 2, 3, 4, 5, 6, 7, 8, 9};
constexpr wire::Matrix some_virial{.1, .2, .3, .4, .5, .6, .7, .8, .9};
const std::vector<double> one_atom{1.5, 2.5, 3.5};

/// A session over a pair whose other end the test plays. What the server says is written before the
/// session reads it, so that most tests need no second thread.
class SessionTest : public testing::Test {
 protected:
  void start(SessionOptions options = {}) {
    session_.emplace(Socket(std::move(server.ours)), std::move(options));
  }

  Session& session() {
    if (!session_) start();
    return *session_;
  }

  Exit::Reason next_exit() {
    const Event event = session().next();
    if (const auto* exit = std::get_if<Exit>(&event)) return exit->reason;
    throw std::runtime_error("the session goes on");
  }

  Evaluate next_request() {
    const Event event = session().next();
    if (const auto* request = std::get_if<Evaluate>(&event)) return *request;
    throw std::runtime_error("this is no request");
  }

  /// The PeerError that `next` must throw.
  PeerError next_peer_error() {
    try {
      session().next();
    } catch (const PeerError& error) {
      return error;
    }
    throw std::runtime_error("no PeerError was thrown");
  }

  /// Brings the session to hold a result that has not been fetched.
  void hold_result() {
    server.send(wire::posdata(some_cell, one_atom));
    next_request();
    session().answer({-1.5, one_atom, some_virial, ""});
  }

  /// Ends the session, as the end of its life does.
  void end() { session_.reset(); }

  ConnectedPair server;

 private:
  std::optional<Session> session_;
};

TEST_F(SessionTest, GoesThroughAWholeConversation) {
  server.send(wire::header("STATUS") + wire::init(3, "hello") + wire::header("STATUS"));
  const Event event = session().next();
  ASSERT_TRUE(std::holds_alternative<Init>(event));
  EXPECT_EQ(std::get<Init>(event).replica, 3);
  EXPECT_EQ(std::get<Init>(event).parameters, "hello");

  server.send(wire::posdata(some_cell, one_atom));
  const Evaluate request = next_request();
  EXPECT_EQ(server.receive(24), wire::header("NEEDINIT") + wire::header("READY"));
  EXPECT_EQ(request.cell, some_cell);
  EXPECT_THAT(request.positions, testing::ElementsAreArray(one_atom));

  const std::vector<double> forces{-1, -2, -3};
  const std::string extras = "extras";
  session().answer({-1.5, forces, some_virial, extras});
  server.send(wire::header("STATUS") + wire::header("GETFORCE") + wire::header("EXIT"));
  EXPECT_EQ(next_exit(), Exit::Reason::exit_received);
  const std::string result = wire::forceready(-1.5, forces, some_virial, extras);
  EXPECT_EQ(server.receive(12 + result.size()), wire::header("HAVEDATA") + result);
}

TEST_F(SessionTest, TellsWhenAResultHasBeenSent) {
  int results = 0;
  SessionOptions options;
  options.on_sent = [&](const SessionTimes& times) {
    ++results;
    EXPECT_GT(times.sending, 0ns);
    EXPECT_GT(times.receiving + times.waiting, 0ns);
  };
  start(options);
  for (int request = 0; request < 3; ++request) {
    server.send(wire::header("STATUS"));
    hold_result();
    EXPECT_EQ(results, request) << "only a STATUS has been answered";
    server.send(wire::header("STATUS") + wire::header("GETFORCE"));
    server.send(wire::init(0, ""));
    session().next();
    EXPECT_EQ(results, request + 1);
  }
}

TEST_F(SessionTest, UnderstandsMessagesThatArriveTogether) {
  // More than fits into the buffer that is read ahead, with counts that change.
  std::string all;
  for (std::size_t natoms = 1; natoms < 60; ++natoms) {
    all += wire::posdata(some_cell,
                         std::vector<double>(3 * natoms, 0.5 * static_cast<double>(natoms)));
    all += wire::header("GETFORCE");
  }
  all += wire::header("EXIT");
  std::string replies;
  std::jthread peer([&] {
    server.send(all);
    replies = server.receive(1 << 20);
  });
  for (std::size_t natoms = 1; natoms < 60; ++natoms) {
    const Evaluate request = next_request();
    ASSERT_EQ(request.positions.size(), 3 * natoms);
    ASSERT_THAT(request.positions, testing::Each(0.5 * static_cast<double>(natoms)));
    session().answer({1, request.positions, some_virial, ""});
  }
  EXPECT_EQ(next_exit(), Exit::Reason::exit_received);
  ::shutdown(server.server.get(), SHUT_RD);
  peer.join();
  EXPECT_THAT(replies, testing::StartsWith("FORCEREADY"));
}

TEST_F(SessionTest, UnderstandsMessagesThatArriveByteByByte) {
  const std::string all = wire::header("STATUS") + wire::init(0, "x") +
                          wire::posdata(some_cell, one_atom) + wire::header("GETFORCE") +
                          wire::header("EXIT");
  std::jthread peer([&] { server.dribble(all, 1, 0ms); });
  EXPECT_TRUE(std::holds_alternative<Init>(session().next()));
  const Evaluate request = next_request();
  EXPECT_THAT(request.positions, testing::ElementsAreArray(one_atom));
  session().answer({1, request.positions, some_virial, ""});
  EXPECT_EQ(next_exit(), Exit::Reason::exit_received);
  EXPECT_EQ(server.receive(12), wire::header("NEEDINIT"));
}

TEST_F(SessionTest, ReceivesManyAtomsStraightIntoTheCallersStorage) {
  constexpr std::size_t natoms = 200'000;
  std::vector<double> sent(3 * natoms);
  for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<double>(i);
  std::vector<double> storage(sent.size());
  SessionOptions options;
  options.positions = [&](std::size_t count) { return std::span(storage).first(count); };
  start(std::move(options));
  std::string reply;
  std::jthread peer([&] {
    server.send(wire::posdata(some_cell, sent) + wire::header("GETFORCE"));
    reply = server.receive(24 + 24 * natoms + 76);
    server.send(wire::header("EXIT"));
  });
  const Evaluate request = next_request();
  EXPECT_EQ(request.positions.data(), storage.data());
  EXPECT_TRUE(storage == sent);
  session().answer({7, sent, some_virial, ""});
  EXPECT_EQ(next_exit(), Exit::Reason::exit_received);
  peer.join();
  EXPECT_TRUE(reply == wire::forceready(7, sent, some_virial, ""));
}

/// Numbers that differ.
std::vector<double> numbers(std::size_t count) {
  std::vector<double> result(count);
  for (std::size_t i = 0; i < count; ++i) result[i] = 0.5 + static_cast<double>(i);
  return result;
}

TEST_F(SessionTest, TellsHowManyPositionsAreThere) {
  const std::vector<double> sent = numbers(3 * 20'000);
  std::vector<double> storage(sent.size());
  for (const std::size_t step : {7'000U, 59'999U, 60'000U}) {
    server = ConnectedPair();
    std::vector<std::size_t> told;
    SessionOptions options;
    options.positions = [&](std::size_t) { return std::span(storage); };
    options.on_positions = [&](std::size_t count) {
      EXPECT_TRUE(std::equal(sent.begin(), sent.begin() + static_cast<std::ptrdiff_t>(count),
                             storage.begin()));
      told.push_back(count);
      return std::min(count + step, sent.size());
    };
    start(std::move(options));
    std::jthread peer([&] { server.dribble(wire::posdata(some_cell, sent), 100'000, 0ms); });
    storage.assign(sent.size(), -1);
    EXPECT_TRUE(std::ranges::equal(next_request().positions, sent));
    std::vector<std::size_t> expected;
    for (std::size_t count = 0; count < sent.size(); count += step) expected.push_back(count);
    EXPECT_EQ(told, expected) << "in steps of " << step;
    end();
  }
}

TEST_F(SessionTest, ServerThatClosesBetweenPiecesOfThePositions) {
  SessionOptions options;
  options.on_positions = [](std::size_t count) { return count + 1; };
  start(std::move(options));
  server.send(wire::posdata(some_cell, one_atom).substr(0, 12 + 148 + 8 + 5));
  server.close_server();
  const PeerError error = next_peer_error();
  EXPECT_EQ(error.kind(), PeerError::Kind::truncated);
  EXPECT_EQ(error.wanted(), 24U);
  EXPECT_EQ(error.got(), 13U);
}

TEST_F(SessionTest, SendsForcesAsTheyCome) {
  const std::vector<double> forces = numbers(12);
  for (const std::string extras : {"", "some extras"}) {
    const std::string reply = wire::forceready(-1.5, forces, some_virial, extras);
    for (std::size_t step = 1; step <= forces.size() + 1; ++step) {
      server = ConnectedPair();
      start();
      server.send(wire::posdata(some_cell, numbers(12)));
      next_request();
      // Those that are not there yet are wrong.
      std::vector<double> coming(forces.size(), -1);
      std::string got;
      Answer answer{-1.5, coming, some_virial, extras};
      answer.await_forces = [&](std::size_t count) {
        char byte = 0;
        while (::recv(server.server.get(), &byte, 1, MSG_DONTWAIT) == 1) got += byte;
        EXPECT_EQ(got.size(), count == 1 ? 0 : 24 + 8 * (count - 1));
        const std::size_t there = std::min(count - 1 + step, forces.size());
        std::copy_n(forces.begin(), there, coming.begin());
        return there;
      };
      session().answer(answer);
      server.send(wire::header("GETFORCE") + wire::header("EXIT"));
      EXPECT_EQ(next_exit(), Exit::Reason::exit_received);
      got += server.receive(reply.size() - got.size());
      EXPECT_TRUE(got == reply) << "in steps of " << step;
      end();
    }
  }
}

TEST_F(SessionTest, DoesNotAwaitForcesToTellItsStatus) {
  server.send(wire::posdata(some_cell, one_atom));
  next_request();
  Answer answer{-1.5, one_atom, some_virial, ""};
  int asked = 0;
  answer.await_forces = [&](std::size_t) {
    ++asked;
    return one_atom.size();
  };
  session().answer(answer);
  server.send(wire::header("STATUS") + wire::header("GETFORCE") + wire::header("STATUS") +
              wire::header("EXIT"));
  EXPECT_EQ(next_exit(), Exit::Reason::exit_received);
  EXPECT_EQ(asked, 1);
  const std::string result = wire::forceready(-1.5, one_atom, some_virial, "");
  EXPECT_EQ(server.receive(24 + result.size()),
            wire::header("HAVEDATA") + result + wire::header("NEEDINIT"));
}

TEST_F(SessionTest, ServerThatIsGoneBetweenPiecesOfTheForces) {
  server.send(wire::posdata(some_cell, numbers(12)));
  next_request();
  const std::vector<double> forces = numbers(12);
  Answer answer{-1.5, forces, some_virial, ""};
  answer.await_forces = [&](std::size_t count) {
    if (count > 5) server.close_server();
    return count;
  };
  session().answer(answer);
  server.send(wire::header("GETFORCE"));
  const PeerError error = next_peer_error();
  EXPECT_EQ(error.kind(), PeerError::Kind::reset);
  EXPECT_EQ(error.wanted(), 24U + 96U + 76U);
  EXPECT_EQ(error.got(), 24U + 40U);
}

TEST_F(SessionTest, DoesNotWaitForEverForForcesThatDoNotCome) {
  const std::vector<double> forces = numbers(12);
  for (const std::size_t most : {0U, 5U}) {
    server = ConnectedPair();
    start();
    server.send(wire::posdata(some_cell, numbers(12)) + wire::header("GETFORCE"));
    next_request();
    Answer answer{-1.5, forces, some_virial, ""};
    answer.await_forces = [&](std::size_t count) { return std::min(count, most); };
    session().answer(answer);
    EXPECT_THROW(session().next(), std::logic_error) << "at most " << most;
    end();
  }
}

TEST_F(SessionTest, WhatItAwaitsIsNoTimeOfSending) {
  server.send(wire::posdata(some_cell, one_atom));
  next_request();
  Answer answer{-1.5, one_atom, some_virial, ""};
  answer.await_forces = [&](std::size_t count) {
    std::this_thread::sleep_for(100ms);
    return count;
  };
  session().answer(answer);
  server.send(wire::header("GETFORCE") + wire::header("EXIT"));
  next_exit();
  EXPECT_GT(session().times().sending, 0ns);
  EXPECT_LT(session().times().sending, 200ms);
}

TEST_F(SessionTest, LeavesInOrderWithARequestUnread) {
  session();
  server.send(wire::posdata(some_cell, one_atom));
  end();
  char byte = 0;
  EXPECT_EQ(::recv(server.server.get(), &byte, 1, MSG_DONTWAIT), 0) << std::strerror(errno);
}

TEST_F(SessionTest, TellsAServerThatNeverSpoke) {
  server.close_server();
  EXPECT_EQ(next_exit(), Exit::Reason::never_spoke);
}

TEST_F(SessionTest, AcceptsAServerThatClosesBetweenRequests) {
  server.send(wire::header("STATUS"));
  std::jthread peer([&] {
    server.receive(header_size);
    server.close_server();
  });
  EXPECT_EQ(next_exit(), Exit::Reason::server_closed);
}

TEST_F(SessionTest, AcceptsAServerThatLeavesWithoutReadingItsStatus) {
  server.send(wire::header("STATUS"));
  server.close_server();
  EXPECT_EQ(next_exit(), Exit::Reason::connection_lost);
}

TEST_F(SessionTest, AcceptsAServerThatDiesWithAStatusUnread) {
  server.send(wire::header("STATUS"));
  std::jthread peer([&] {
    std::this_thread::sleep_for(150ms);  // the answer is there by now: closing resets
    server.close_server();
  });
  EXPECT_EQ(next_exit(), Exit::Reason::connection_lost);
}

TEST_F(SessionTest, ServerThatClosesInsideAMessage) {
  server.send(wire::posdata(some_cell, one_atom).substr(0, 12 + 148 + 5));
  server.close_server();
  const PeerError error = next_peer_error();
  EXPECT_EQ(error.kind(), PeerError::Kind::truncated);
  EXPECT_EQ(error.wanted(), 24U);
  EXPECT_EQ(error.got(), 5U);
  EXPECT_THAT(error.what(), HasSubstr("the server closed the connection in the positions of POSDATA"
                                      " (expected 24 bytes, got 5)"));
}

TEST_F(SessionTest, ServerThatClosesBehindAHeaderIsInsideAMessage) {
  server.send(wire::header("POSDATA"));
  server.close_server();
  const PeerError error = next_peer_error();
  EXPECT_EQ(error.kind(), PeerError::Kind::truncated);
  EXPECT_EQ(error.wanted(), 148U);
  EXPECT_EQ(error.got(), 0U);
}

TEST_F(SessionTest, ServerThatLeavesItsResult) {
  hold_result();
  server.close_server();
  const PeerError error = next_peer_error();
  EXPECT_EQ(error.kind(), PeerError::Kind::closed);
  EXPECT_THAT(error.what(), HasSubstr("closed the connection before it fetched its result"));
}

TEST_F(SessionTest, ServerThatAsksForItsStatusAndLeavesItsResult) {
  hold_result();
  server.send(wire::header("STATUS"));
  server.close_server();
  EXPECT_EQ(next_peer_error().kind(), PeerError::Kind::reset);
}

TEST_F(SessionTest, ServerThatIsGoneWhenTheResultIsSent) {
  hold_result();
  server.send(wire::header("GETFORCE"));
  server.close_server();
  const PeerError error = next_peer_error();
  EXPECT_EQ(error.kind(), PeerError::Kind::reset);
  EXPECT_EQ(error.wanted(), 24U + 24U + 76U);
}

TEST_F(SessionTest, ServerThatStaysSilentInsideAMessage) {
  SessionOptions options;
  options.message_timeout = 250ms;
  start(std::move(options));
  server.send("POSDA");
  const auto begin = Clock::now();
  const PeerError error = next_peer_error();
  EXPECT_EQ(error.kind(), PeerError::Kind::timeout);
  EXPECT_EQ(error.wanted(), 12U);
  EXPECT_EQ(error.got(), 5U);
  EXPECT_THAT(error.what(), HasSubstr("stayed silent for 0.25 s in the header of a message"));
  EXPECT_GE(Clock::now() - begin, 250ms);
  EXPECT_LT(Clock::now() - begin, 5s);
}

TEST_F(SessionTest, ProgressInsideAMessageRenewsTheTimeout) {
  SessionOptions options;
  options.message_timeout = 600ms;
  start(std::move(options));
  const std::string request = wire::posdata(some_cell, one_atom);
  std::jthread peer([&] { server.dribble(request, request.size() / 7, 120ms); });  // 960 ms
  EXPECT_THAT(next_request().positions, testing::ElementsAreArray(one_atom));
}

TEST_F(SessionTest, SilenceBetweenMessagesIsNoMessageTimeout) {
  SessionOptions options;
  options.message_timeout = 50ms;
  start(std::move(options));
  std::jthread peer([&] {
    std::this_thread::sleep_for(400ms);
    server.send(wire::header("EXIT"));
  });
  EXPECT_EQ(next_exit(), Exit::Reason::exit_received);
}

TEST_F(SessionTest, LeavesAfterTheIdleTimeout) {
  SessionOptions options;
  options.idle_timeout = 250ms;
  start(std::move(options));
  const auto begin = Clock::now();
  EXPECT_EQ(next_exit(), Exit::Reason::idle_timeout);
  EXPECT_GE(Clock::now() - begin, 250ms);
  EXPECT_LT(Clock::now() - begin, 5s);
}

TEST_F(SessionTest, AnIdleServerThatDoesNotFetchItsResultIsAnError) {
  SessionOptions options;
  options.idle_timeout = 250ms;
  start(std::move(options));
  hold_result();
  const PeerError error = next_peer_error();
  EXPECT_EQ(error.kind(), PeerError::Kind::timeout);
  EXPECT_THAT(error.what(), HasSubstr("silent for 0.25 s before it fetched its result"));
}

class StoppedSessionTest : public SessionTest {
 protected:
  StoppedSessionTest() {
    SessionOptions options;
    options.stop = [this] { return stop.load(); };
    start(std::move(options));
  }

  void stop_soon() {
    user = std::jthread([this] {
      std::this_thread::sleep_for(200ms);
      stop = true;
    });
  }

  std::atomic<bool> stop = false;
  std::jthread user;
};

TEST_F(StoppedSessionTest, LeavesWhileItWaits) {
  stop_soon();
  const auto begin = Clock::now();
  EXPECT_EQ(next_exit(), Exit::Reason::stop_requested);
  EXPECT_LT(Clock::now() - begin, 5s);
}

TEST_F(StoppedSessionTest, LeavesAServerThatNeverRests) {
  std::jthread chatter([&](const std::stop_token& enough) {
    for (int i = 0; i < 500 && !enough.stop_requested(); ++i) {
      server.dribble(wire::header("STATUS"), 12, 10ms);
      if (i == 20) stop = true;
    }
  });
  const auto begin = Clock::now();
  EXPECT_EQ(next_exit(), Exit::Reason::stop_requested);
  EXPECT_LT(Clock::now() - begin, 3s);
}

TEST_F(StoppedSessionTest, DeliversTheResultFirst) {
  hold_result();
  stop = true;
  std::jthread peer([&] {
    std::this_thread::sleep_for(300ms);
    server.send(wire::header("GETFORCE"));
  });
  EXPECT_EQ(next_exit(), Exit::Reason::stop_requested);
  const std::string result = wire::forceready(-1.5, one_atom, some_virial, "");
  EXPECT_EQ(server.receive(result.size()), result);
}

TEST_F(StoppedSessionTest, DoesNotWaitForEverToDeliverTheResult) {
  hold_result();
  stop = true;
  EXPECT_EQ(next_exit(), Exit::Reason::stop_requested);
}

TEST_F(StoppedSessionTest, DoesNotWaitForEverWhenItsStatusIsAskedForMeanwhile) {
  hold_result();
  stop = true;
  std::jthread chatter([&](const std::stop_token& enough) {
    for (int i = 0; i < 800 && !enough.stop_requested(); ++i) {
      server.dribble(wire::header("STATUS"), 12, 10ms);
    }
  });
  const auto begin = Clock::now();
  EXPECT_EQ(next_exit(), Exit::Reason::stop_requested);
  EXPECT_GE(Clock::now() - begin, 1500ms);
  EXPECT_LT(Clock::now() - begin, 5s);
}

TEST_F(StoppedSessionTest, LeavesAServerThatSendsAhead) {
  const std::string request = wire::posdata(some_cell, one_atom) + wire::header("GETFORCE");
  server.send(request + request + request);
  next_request();
  session().answer({-1.5, one_atom, some_virial, ""});
  stop = true;
  EXPECT_EQ(next_exit(), Exit::Reason::stop_requested);
  const std::string result = wire::forceready(-1.5, one_atom, some_virial, "");
  EXPECT_EQ(server.receive(result.size()), result);
}

TEST_F(StoppedSessionTest, DoesNotWaitForEverInsideAMessage) {
  server.send(wire::header("POSDATA"));
  stop_soon();
  const auto begin = Clock::now();
  EXPECT_EQ(next_exit(), Exit::Reason::stop_requested);
  EXPECT_GE(Clock::now() - begin, 1500ms);
  EXPECT_LT(Clock::now() - begin, 5s);
}

TEST_F(StoppedSessionTest, DoesNotWaitForEverForAServerThatDoesNotRead) {
  const std::vector<double> many(300'000, 0.5);
  std::jthread peer(
      [&] { server.send(wire::posdata(some_cell, many) + wire::header("GETFORCE")); });
  next_request();
  session().answer({-1.5, many, some_virial, ""});
  stop = true;
  const auto begin = Clock::now();
  EXPECT_EQ(next_exit(), Exit::Reason::stop_requested);
  EXPECT_GE(Clock::now() - begin, 1500ms);
  EXPECT_LT(Clock::now() - begin, 5s);
}

TEST_F(StoppedSessionTest, HasPatienceWithAMessageThatGoesOnAndWithItsResult) {
  const std::string request = wire::posdata(some_cell, one_atom);
  server.send(request.substr(0, 12));
  std::jthread peer(
      [&] { server.dribble(std::string_view(request).substr(12), request.size() / 2, 1300ms); });
  stop_soon();
  next_request();  // 2.6 seconds later
  session().answer({-1.5, one_atom, some_virial, ""});
  peer = std::jthread([&] { server.dribble(wire::header("GETFORCE"), 12, 300ms); });
  EXPECT_EQ(next_exit(), Exit::Reason::stop_requested);
  const std::string result = wire::forceready(-1.5, one_atom, some_virial, "");
  EXPECT_EQ(server.receive(result.size()), result);
}

TEST_F(StoppedSessionTest, DoesNotCallItAFailureWhenTheServerStopsToo) {
  hold_result();
  stop = true;
  server.close_server();
  EXPECT_EQ(next_exit(), Exit::Reason::stop_requested);
}

TEST_F(StoppedSessionTest, NorWhenItStopsInsideAMessage) {
  server.send(wire::header("POSDATA"));
  user = std::jthread([&] {
    std::this_thread::sleep_for(150ms);
    stop = true;
    server.close_server();
  });
  EXPECT_EQ(next_exit(), Exit::Reason::stop_requested);
}

/// Told to leave for a reason that the server does not know.
class StoppedAloneSessionTest : public SessionTest {
 protected:
  StoppedAloneSessionTest() {
    SessionOptions options;
    options.stop = [this] { return stop.load(); };
    options.server_stops_too = [] { return false; };
    start(std::move(options));
  }

  std::atomic<bool> stop = false;
};

TEST_F(StoppedAloneSessionTest, LosesAServerThatHasNotFetchedItsResult) {
  hold_result();
  stop = true;
  server.close_server();
  EXPECT_THAT(next_peer_error().what(), HasSubstr("closed the connection before it fetched"));
}

TEST_F(StoppedAloneSessionTest, LosesAServerThatDoesNotEndItsMessage) {
  server.send(wire::header("POSDATA"));
  std::jthread user([&] {
    std::this_thread::sleep_for(150ms);
    stop = true;
    server.close_server();
  });
  EXPECT_THAT(next_peer_error().what(), HasSubstr("in the cell and number of atoms of POSDATA"));
}

TEST_F(StoppedAloneSessionTest, LosesAServerThatDoesNotTakeItsResult) {
  hold_result();
  server.send(wire::header("GETFORCE"));
  server.close_server();
  stop = true;
  EXPECT_EQ(next_peer_error().kind(), PeerError::Kind::reset);
}

TEST_F(SessionTest, LeavesAServerThatGoesMeanwhileAndOwesNothing) {
  SessionOptions options;
  options.stop = [asked = 0]() mutable { return asked++ > 0; };
  options.server_stops_too = [] { return false; };
  start(std::move(options));
  server.close_server();
  EXPECT_EQ(next_exit(), Exit::Reason::stop_requested);
}

TEST_F(SessionTest, ASignalMakesItAskAtOnceWhetherToStop) {
  static volatile std::sig_atomic_t signalled = 0;
  signalled = 0;
  struct sigaction action {};
  action.sa_handler = [](int) { signalled = 1; };
  action.sa_flags = SA_RESTART;
  struct sigaction previous {};
  ASSERT_EQ(::sigaction(SIGUSR1, &action, &previous), 0);
  SessionOptions options;
  options.stop = [] { return signalled != 0; };
  start(std::move(options));
  const pthread_t waiting = ::pthread_self();
  std::jthread user([&] {
    std::this_thread::sleep_for(120ms);
    ::pthread_kill(waiting, SIGUSR1);
  });
  EXPECT_EQ(next_exit(), Exit::Reason::stop_requested);
  ::sigaction(SIGUSR1, &previous, nullptr);
}

TEST_F(SessionTest, RefusesANextBeforeTheAnswer) {
  server.send(wire::posdata(some_cell, one_atom) + wire::header("GETFORCE"));
  next_request();
  EXPECT_THROW(session().next(), std::logic_error);
}

TEST_F(SessionTest, PassesProtocolErrorsOn) {
  server.send(wire::posdata_head(some_cell, -3));
  EXPECT_THROW(session().next(), ProtocolError);
}

TEST_F(SessionTest, KeepsToTheGreatestNumberOfAtoms) {
  SessionOptions options;
  options.max_atoms = 4;
  start(std::move(options));
  server.send(wire::posdata_head(some_cell, 5));
  EXPECT_THROW(session().next(), ProtocolError);
}

TEST_F(SessionTest, TellsWaitingFromReceiving) {
  std::jthread peer([&] {
    std::this_thread::sleep_for(300ms);
    server.dribble(wire::posdata(some_cell, one_atom), 100, 100ms);
    server.send(wire::header("GETFORCE") + wire::header("EXIT"));
  });
  next_request();
  session().answer({-1.5, one_atom, some_virial, ""});
  next_exit();
  const SessionTimes& times = session().times();
  EXPECT_GE(times.waiting, 350ms);
  EXPECT_GE(times.receiving, 80ms);
  EXPECT_GT(times.sending, 0ns);
  EXPECT_LT(times.sending, 300ms);
}

}  // namespace
}  // namespace forcewire
