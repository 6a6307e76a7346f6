// A session and an evaluator on several nodes, joined as in the program: whatever the server does,
// its bytes are those of the whole result, no rank waits for ever, and the next server is served.

#include "apps/forcewire/engine_loop.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>

#include <algorithm>
#include <functional>
#include <string>
#include <thread>

#include "support/models.hpp"
#include "support/serving.hpp"
#include "support/structures.hpp"
#include "tests/socket/connected_pair.hpp"
#include "tests/socket/wire.hpp"

namespace forcewire {
namespace {

using namespace std::chrono_literals;

wire::Matrix to_wire(const Eigen::Matrix3d& matrix) {
  wire::Matrix result;
  Eigen::Map<Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(result.data()) = matrix;
  return result;
}

/// 2916 atoms: their forces fit into a socket's buffer, unlike those of `large`.
Configuration medium() {
  Random random(1);
  return liquid(argon().sigma, 9, random);
}

Configuration large() {
  Random random(2);
  return liquid(argon().sigma, 20, random);
}

std::string request_for(const Configuration& structure) {
  return wire::posdata(to_wire(structure.cell), structure.positions);
}

/// The reply that says all that `evaluate` finds.
std::string whole_reply(Evaluator& evaluator, const Configuration& structure) {
  const Result result = evaluator.evaluate(structure.structure());
  return wire::forceready(result.energy, result.forces, to_wire(result.virial), result.extras);
}

using Server = std::function<void(ConnectedPair&)>;

EngineLoopObserver nobody() {
  return {.before = [](const Structure&) {}, .after = [](const ServedRequest&) {}};
}

/// One session with a server that does as `server` says.
Exit::Reason serve(Evaluator& evaluator, const Server& server,
                   const EngineLoopObserver& observer = nobody()) {
  ConnectedPair pair;
  SessionOptions options = session_options(evaluator);
  options.message_timeout = 500ms;
  std::jthread peer([&] { server(pair); });
  // Ends first: when it throws, the server has nothing to wait for.
  Session session(Socket(std::move(pair.ours)), std::move(options));
  return run_engine_loop(session, evaluator, observer);
}

/// The first `size` bytes that a server gets for `structure`, the only one it asks about.
std::string reply(Evaluator& evaluator, const Configuration& structure, std::size_t size,
                  const EngineLoopObserver& observer) {
  std::string got;
  serve(
      evaluator,
      [&](ConnectedPair& server) {
        server.send(request_for(structure) + wire::header("GETFORCE"));
        got = server.receive(size);
        server.send(wire::header("EXIT"));
      },
      observer);
  return got;
}

PeerError peer_error(Evaluator& evaluator, const Server& server) {
  try {
    serve(evaluator, server);
  } catch (const PeerError& error) {
    return error;
  }
  throw std::runtime_error("no PeerError was thrown");
}

/// The server asks once, gets what it should and leaves.
void expect_service(Evaluator& evaluator, const Configuration& structure) {
  const std::string expected = whole_reply(evaluator, structure);
  std::string got;
  EXPECT_EQ(serve(evaluator,
                  [&](ConnectedPair& server) {
                    server.send(request_for(structure) + wire::header("GETFORCE"));
                    got = server.receive(expected.size());
                    server.send(wire::header("EXIT"));
                  }),
            Exit::Reason::exit_received);
  EXPECT_TRUE(got == expected) << "another reply";
}

/// Runs `body(evaluator)` with as many nodes as ranks, and pieces of several sizes.
template <typename Body>
void on_nodes(Body body) {
  const ReferenceModel model(argon());
  for (const std::size_t piece : {1000U, 8740U, 100'000U}) {
    EvaluatorOptions options;
    options.pretended_nodes = Communicator::world().size();
    options.piece = piece;
    with_evaluator(engine_potential(model), options, body);
  }
}

TEST(EngineLoop, RepliesAreThoseOfTheWholeResult) {
  const Configuration structure = medium();
  on_nodes([&](Evaluator& evaluator) {
    const std::string expected = whole_reply(evaluator, structure);
    const std::string request = request_for(structure);
    for (const std::size_t cut : {std::size_t{777}, std::size_t{65536}, request.size()}) {
      std::string got;
      serve(evaluator, [&](ConnectedPair& server) {
        server.dribble(request, cut, 0ms);
        server.send(wire::header("STATUS"));
        EXPECT_EQ(server.receive(12), wire::header("HAVEDATA"));
        std::this_thread::sleep_for(30ms);  // other nodes wait with their forces
        server.send(wire::header("GETFORCE") + request + wire::header("GETFORCE"));
        got = server.receive(2 * expected.size());
        server.send(wire::header("EXIT"));
      });
      EXPECT_TRUE(got == expected + expected) << "request in pieces of " << cut;
    }
  });
}

TEST(EngineLoop, RepliesThatASlowServerReads) {
  const Configuration structure = large();
  on_nodes([&](Evaluator& evaluator) {
    const std::string expected = whole_reply(evaluator, structure);
    std::string got;
    serve(evaluator, [&](ConnectedPair& server) {
      server.send(request_for(structure) + wire::header("GETFORCE"));
      while (got.size() < expected.size()) {
        std::this_thread::sleep_for(5ms);
        got += server.receive(std::min<std::size_t>(50'000, expected.size() - got.size()));
      }
      server.send(wire::header("EXIT"));
    });
    EXPECT_TRUE(got == expected);
  });
}

TEST(EngineLoop, TheEvaluatorHearsOfPositionsAsTheyCome) {
  on_nodes([&](Evaluator& evaluator) {
    const SessionOptions options = session_options(evaluator);
    const std::span<double> storage = options.positions(200'000);
    EXPECT_EQ(storage.data(), evaluator.positions(200'000).data());
    const std::size_t goal = options.on_positions(0);
    EXPECT_EQ(goal<200'000, evaluator.node_count()> 1);
    EXPECT_EQ(options.on_positions(goal), evaluator.share(goal));
  });
}

TEST(EngineLoop, ObserversSeeAll) {
  const Configuration structure = medium();
  on_nodes([&](Evaluator& evaluator) {
    const Result result = evaluator.evaluate(structure.structure());
    const std::vector<double> forces(result.forces.begin(), result.forces.end());
    int seen = 0;
    const EngineLoopObserver observer{
        .before =
            [&](const Structure& asked) {
              EXPECT_TRUE(std::ranges::equal(asked.positions, structure.positions));
            },
        .after =
            [&](const ServedRequest& request) {
              ++seen;
              EXPECT_EQ(request.result().energy, result.energy);
              EXPECT_TRUE(std::ranges::equal(request.result().forces, forces));
            }};
    reply(evaluator, structure, 24 + 8 * forces.size() + 76, observer);
    EXPECT_EQ(seen, 1);
  });
}

TEST(EngineLoop, AnObserverMayEvaluateOtherStructuresOfWhatItKeeps) {
  const Configuration structure = medium();
  Configuration other = structure;
  Random random(3);
  displace(other, 0.5, random);
  on_nodes([&](Evaluator& evaluator) {
    const std::string expected = whole_reply(evaluator, structure);
    const EngineLoopObserver observer{
        .before = [](const Structure&) {},
        .after =
            [&](const ServedRequest& request) {
              request.keep();
              const Result otherwise = evaluator.evaluate(other.structure());
              EXPECT_NE(otherwise.energy, request.result().energy);
              EXPECT_FALSE(std::ranges::equal(otherwise.forces, request.result().forces));
              EXPECT_TRUE(std::ranges::equal(request.structure.positions, structure.positions));
            }};
    EXPECT_TRUE(reply(evaluator, structure, expected.size(), observer) == expected);
  });
}

TEST(EngineLoop, WhatAnObserverKeepsIsSentWholeWhateverItEvaluatesThen) {
  const Configuration structure = medium();
  Configuration smaller = structure;
  smaller.positions.resize(structure.positions.size() / 2);
  on_nodes([&](Evaluator& evaluator) {
    const std::string expected = whole_reply(evaluator, structure);
    const EngineLoopObserver observer{.before = [](const Structure&) {},
                                      .after =
                                          [&](const ServedRequest& request) {
                                            request.keep();
                                            evaluator.evaluate(smaller.structure());
                                            request.keep();
                                          }};
    EXPECT_TRUE(reply(evaluator, structure, expected.size(), observer) == expected);
  });
}

TEST(EngineLoop, ServerThatClosesInsideThePositions) {
  const Configuration structure = medium();
  const std::string request = request_for(structure);
  on_nodes([&](Evaluator& evaluator) {
    for (const std::size_t end : {std::size_t{160}, std::size_t{161}, 160 + 8 * 1000 + 3UL,
                                  160 + 8 * 8000UL, request.size() - 1}) {
      const PeerError error = peer_error(evaluator, [&](ConnectedPair& server) {
        server.send(request.substr(0, end));
        server.close_server();
      });
      EXPECT_EQ(error.kind(), PeerError::Kind::truncated);
      EXPECT_EQ(error.wanted(), 8 * structure.positions.size());
      EXPECT_EQ(error.got(), end - 160);
    }
    expect_service(evaluator, structure);
    peer_error(evaluator, [&](ConnectedPair& server) {
      server.send(request.substr(0, request.size() / 2));
      server.close_server();
    });  // and the evaluator is released
  });
}

TEST(EngineLoop, ServerThatFallsSilentInsideThePositions) {
  const Configuration structure = medium();
  const std::string request = request_for(structure);
  on_nodes([&](Evaluator& evaluator) {
    const PeerError error = peer_error(evaluator, [&](ConnectedPair& server) {
      server.send(request.substr(0, request.size() / 2));
      std::this_thread::sleep_for(800ms);
    });
    EXPECT_EQ(error.kind(), PeerError::Kind::timeout);
    expect_service(evaluator, large());  // for which there is too little memory yet
  });
}

TEST(EngineLoop, ServerThatGoesWhileItReadsForces) {
  const Configuration structure = large();
  on_nodes([&](Evaluator& evaluator) {
    for (const std::size_t read : {std::size_t{0}, std::size_t{10}, std::size_t{100'000}}) {
      const PeerError error = peer_error(evaluator, [&](ConnectedPair& server) {
        server.send(request_for(structure) + wire::header("GETFORCE"));
        server.receive(read);
        server.close_server();
      });
      EXPECT_EQ(error.kind(), PeerError::Kind::reset);
      EXPECT_EQ(error.wanted(), 24 + 8 * structure.positions.size() + 76);
      EXPECT_LT(error.got(), error.wanted());
    }
    expect_service(evaluator, structure);
    peer_error(evaluator, [&](ConnectedPair& server) {
      server.send(request_for(structure) + wire::header("GETFORCE"));
      server.receive(1000);
      server.close_server();
    });  // and the evaluator is released
  });
}

TEST(EngineLoop, ServerThatReadsNoMoreForces) {
  const Configuration structure = large();
  on_nodes([&](Evaluator& evaluator) {
    const PeerError error = peer_error(evaluator, [&](ConnectedPair& server) {
      server.send(request_for(structure) + wire::header("GETFORCE"));
      server.receive(1000);
      std::this_thread::sleep_for(800ms);
    });
    EXPECT_EQ(error.kind(), PeerError::Kind::timeout);
    expect_service(evaluator, medium());
  });
}

TEST(EngineLoop, ServerThatNeverFetchesForces) {
  const Configuration structure = medium();
  on_nodes([&](Evaluator& evaluator) {
    const PeerError error = peer_error(evaluator, [&](ConnectedPair& server) {
      server.send(request_for(structure));
      std::this_thread::sleep_for(100ms);
      server.close_server();
    });
    EXPECT_EQ(error.kind(), PeerError::Kind::closed);
    expect_service(evaluator, structure);
  });
}

}  // namespace
}  // namespace forcewire
