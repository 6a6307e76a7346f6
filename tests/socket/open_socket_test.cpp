#include "socket/open_socket.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <netdb.h>
#include <netinet/tcp.h>

#include <atomic>
#include <fstream>
#include <functional>
#include <string_view>
#include <thread>

#include "socket/error.hpp"
#include "tests/socket/listener.hpp"

namespace {

/// What the name service of this program answers for names in `.test`; as it has to be the same on
/// machines with and without a network.
std::atomic<int> temporary_failures = 0;

}  // namespace

/// Stands in front of the C library's function of this name.
///
/// - `two-addresses.test`: ::1 and 127.0.0.1, in this order
/// - `busy.test`: fails `temporary_failures` times, then 127.0.0.1
/// - `strange.test`: an address of a kind that no machine has
/// - `mute.test`: says nothing for ten seconds
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints,
                           addrinfo** result) {
  static const auto real =
      reinterpret_cast<decltype(&getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  const std::string_view name(node);
  if ((hints->ai_flags & AI_NUMERICHOST) != 0) return real(node, service, hints, result);
  if (name == "mute.test") {
    std::this_thread::sleep_for(std::chrono::seconds(10));
    return EAI_AGAIN;
  }
  if (name == "busy.test") {
    if (temporary_failures > 0) {
      --temporary_failures;
      return EAI_AGAIN;
    }
    return real("127.0.0.1", service, hints, result);
  }
  if (name == "two-addresses.test") {
    const int error = real("::1", service, hints, result);
    return error != 0 ? error : real("127.0.0.1", service, hints, &(*result)->ai_next);
  }
  if (name == "strange.test") {
    const int error = real("127.0.0.1", service, hints, result);
    if (error == 0) (*result)->ai_family = AF_MAX;
    return error;
  }
  if (name.ends_with(".test")) return EAI_NONAME;
  return real(node, service, hints, result);
}

namespace forcewire {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using testing::HasSubstr;
using testing::StartsWith;

ConnectOptions waiting(std::chrono::nanoseconds wait) {
  ConnectOptions options;
  options.wait = wait;
  return options;
}

/// The ConnectError that opening `endpoint` must throw.
ConnectError connect_error_of(const Endpoint& endpoint, std::chrono::nanoseconds wait) {
  try {
    open_socket(endpoint, waiting(wait));
  } catch (const ConnectError& error) {
    return error;
  }
  throw std::runtime_error("no ConnectError was thrown");
}

/// Whether what `ours` sends arrives at the next connection that `listener` accepts.
void expect_connected(std::optional<Socket> ours, const Listener& listener) {
  ASSERT_TRUE(ours.has_value());
  const Descriptor server = listener.accept();
  const std::array word{std::byte{'h'}, std::byte{'i'}};
  const std::span<const std::byte> part(word);
  ours->writebuffer({&part, 1}, 5s);
  char got[2];
  ASSERT_EQ(::recv(server.get(), got, 2, MSG_WAITALL), 2);
  EXPECT_EQ(std::string_view(got, 2), "hi");
}

std::uint16_t unused_port() { return Listener::on_ipv4().port(); }

TEST(OpenSocket, ConnectsToAUnixSocket) {
  const TemporaryFolder folder;
  const auto listener = Listener::at_path(folder.file("server"));
  expect_connected(open_socket(UnixEndpoint{folder.file("server")}), listener);
}

TEST(OpenSocket, ConnectsToAPathOfTheGreatestLength) {
  const TemporaryFolder folder;
  std::string path = folder.file("server");
  path.resize(107, 'x');
  const auto listener = Listener::at_path(path);
  expect_connected(open_socket(UnixEndpoint{path}), listener);
}

TEST(OpenSocket, ConnectsToIpv4) {
  const auto listener = Listener::on_ipv4();
  expect_connected(open_socket(TcpEndpoint{"127.0.0.1", listener.port()}), listener);
}

TEST(OpenSocket, ConnectsToIpv6WithAndWithoutBrackets) {
  std::optional<Listener> listener;
  try {
    listener = Listener::on_ipv6();
  } catch (const std::runtime_error& error) {
    GTEST_SKIP() << "no IPv6 here: " << error.what();
  }
  expect_connected(open_socket(TcpEndpoint{"::1", listener->port()}), *listener);
  expect_connected(open_socket(TcpEndpoint{"[::1]", listener->port()}), *listener);
}

TEST(OpenSocket, TriesEveryAddressOfAHost) {
  const auto listener = Listener::on_ipv4();
  expect_connected(open_socket(TcpEndpoint{"two-addresses.test", listener.port()}, waiting(0s)),
                   listener);
}

TEST(OpenSocket, SetsUpTheDescriptor) {
  const auto listener = Listener::on_ipv4();
  const auto socket = open_socket(TcpEndpoint{"127.0.0.1", listener.port()});
  int nodelay = 0;
  socklen_t size = sizeof nodelay;
  ::getsockopt(socket->descriptor(), IPPROTO_TCP, TCP_NODELAY, &nodelay, &size);
  EXPECT_EQ(nodelay, 1);
  EXPECT_EQ(::fcntl(socket->descriptor(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_EQ(::fcntl(socket->descriptor(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

TEST(OpenSocket, WaitsForAServerThatStartsLate) {
  const TemporaryFolder folder;
  const Endpoint endpoint = UnixEndpoint{folder.file("late")};
  std::vector<std::string> reasons;
  ConnectOptions options = waiting(20s);
  options.on_waiting = [&](std::string_view reason) { reasons.emplace_back(reason); };
  std::optional<Listener> listener;
  std::optional<Socket> socket;
  {
    std::jthread server([&] {
      std::this_thread::sleep_for(300ms);
      listener = Listener::at_path(folder.file("late"));
    });
    socket = open_socket(endpoint, options);
  }
  expect_connected(std::move(socket), *listener);
  EXPECT_THAT(reasons, testing::ElementsAre("no such socket"));
}

TEST(OpenSocket, WaitsForATcpServerThatStartsLate) {
  const std::uint16_t port = unused_port();
  std::optional<Listener> listener;
  std::optional<Socket> socket;
  {
    std::jthread server([&] {
      std::this_thread::sleep_for(300ms);
      listener = Listener::on_ipv4(port);
    });
    socket = open_socket(TcpEndpoint{"127.0.0.1", port}, waiting(20s));
  }
  expect_connected(std::move(socket), *listener);
}

TEST(OpenSocket, WaitsForANameServiceThatIsBusy) {
  temporary_failures = 2;
  const auto listener = Listener::on_ipv4();
  expect_connected(open_socket(TcpEndpoint{"busy.test", listener.port()}, waiting(20s)), listener);
}

TEST(OpenSocket, DoesNotWaitLongForANameServiceThatIsNotThere) {
  temporary_failures = 1'000'000;
  const auto start = Clock::now();
  const ConnectError error = connect_error_of(TcpEndpoint{"busy.test", 31415}, 60s);
  EXPECT_EQ(error.kind(), ConnectError::Kind::no_such_host);
  EXPECT_LT(Clock::now() - start, 5s);
}

TEST(OpenSocket, DoesNotWaitForANameServiceThatIsMute) {
  std::vector<std::string> reasons;
  ConnectOptions options = waiting(1500ms);
  options.on_waiting = [&](std::string_view reason) { reasons.emplace_back(reason); };
  const auto start = Clock::now();
  try {
    open_socket(TcpEndpoint{"mute.test", 31415}, options);
    FAIL() << "no ConnectError was thrown";
  } catch (const ConnectError& error) {
    EXPECT_EQ(error.kind(), ConnectError::Kind::nobody_listens);
    EXPECT_THAT(error.what(), HasSubstr("(tried for 1.5 s: the name service does not answer)"));
  }
  EXPECT_GE(Clock::now() - start, 1500ms);
  EXPECT_LT(Clock::now() - start, 5s);
  EXPECT_THAT(reasons, testing::ElementsAre("the name service does not answer"));
}

TEST(OpenSocket, LeavesAMuteNameServiceWhenItIsToldTo) {
  ConnectOptions options = waiting(60s);
  const auto start = Clock::now();
  options.stop = [&] { return Clock::now() - start > 300ms; };
  EXPECT_FALSE(open_socket(TcpEndpoint{"mute.test", 31415}, options).has_value());
  EXPECT_LT(Clock::now() - start, 5s);
}

TEST(OpenSocket, SaysWhenNobodyListensWithinTheWait) {
  const std::uint16_t port = unused_port();
  const auto start = Clock::now();
  const ConnectError error = connect_error_of(TcpEndpoint{"127.0.0.1", port}, 300ms);
  EXPECT_GE(Clock::now() - start, 300ms);
  EXPECT_LT(Clock::now() - start, 5s);
  EXPECT_EQ(error.kind(), ConnectError::Kind::nobody_listens);
  EXPECT_EQ(error.what(), "no server at 127.0.0.1:" + std::to_string(port) +
                              " (tried for 0.3 s: Connection refused). Check the address, start "
                              "the server, or wait longer for it.");
}

TEST(OpenSocket, DoesNotMeetItself) {
  // Linux gives odd ports to bind() and even ones to connect(). Within so many attempts on an even
  // port, it gives our side the very port that we want to reach.
  const auto port = static_cast<std::uint16_t>(unused_port() & ~1);
  for (int attempt = 0; attempt < 40'000; ++attempt) {
    ASSERT_THROW(open_socket(TcpEndpoint{"127.0.0.1", port}, waiting(0s)), ConnectError);
  }
}

TEST(OpenSocket, TriesOnceWithoutAWait) {
  bool waited = false;
  ConnectOptions options = waiting(0s);
  options.on_waiting = [&](std::string_view) { waited = true; };
  EXPECT_THROW(open_socket(TcpEndpoint{"127.0.0.1", unused_port()}, options), ConnectError);
  EXPECT_FALSE(waited);
}

TEST(OpenSocket, NamesAllReasonsOfSeveralAddresses) {
  const ConnectError error = connect_error_of(TcpEndpoint{"two-addresses.test", unused_port()}, 0s);
  EXPECT_EQ(error.kind(), ConnectError::Kind::nobody_listens);
  EXPECT_THAT(error.what(), HasSubstr("Connection refused"));
}

TEST(OpenSocket, SaysThatASocketFileIsMissing) {
  const TemporaryFolder folder;
  const ConnectError error = connect_error_of(UnixEndpoint{folder.file("none")}, 50ms);
  EXPECT_EQ(error.kind(), ConnectError::Kind::nobody_listens);
  EXPECT_THAT(error.what(), StartsWith("no server at " + folder.file("none") +
                                       " (tried for 0.05 s: no such socket). "));
}

TEST(OpenSocket, SaysThatTheFolderIsMissing) {
  const TemporaryFolder folder;
  const ConnectError error = connect_error_of(UnixEndpoint{folder.file("no/socket")}, 0s);
  EXPECT_EQ(error.kind(), ConnectError::Kind::nobody_listens);
  EXPECT_THAT(error.what(), HasSubstr("no folder " + folder.file("no")));
}

TEST(OpenSocket, RecognisesTheSocketOfADeadServer) {
  const TemporaryFolder folder;
  { const auto dead = Listener::at_path(folder.file("stale")); }
  ASSERT_TRUE(std::filesystem::exists(folder.file("stale")));
  const ConnectError error = connect_error_of(UnixEndpoint{folder.file("stale")}, 50ms);
  EXPECT_EQ(error.kind(), ConnectError::Kind::nobody_listens);
  EXPECT_THAT(error.what(), HasSubstr("the socket file is there, but nobody listens"));
}

/// What no server that starts late can mend fails at once, although there is a minute to wait.
class HopelessTest : public testing::Test {
 protected:
  ~HopelessTest() override { EXPECT_LT(Clock::now() - start_, 5s); }

 private:
  Clock::time_point start_ = Clock::now();
};

TEST_F(HopelessTest, UnknownHost) {
  const ConnectError error = connect_error_of(TcpEndpoint{"nowhere.test", 31415}, 60s);
  EXPECT_EQ(error.kind(), ConnectError::Kind::no_such_host);
  EXPECT_THAT(error.what(), StartsWith("no such host: nowhere.test:31415 (Name or service not "
                                       "known). Check the name"));
}

TEST_F(HopelessTest, NoNetworkOfThisKind) {
  const ConnectError error = connect_error_of(TcpEndpoint{"strange.test", 31415}, 60s);
  EXPECT_EQ(error.kind(), ConnectError::Kind::system);
  EXPECT_THAT(error.what(), StartsWith("cannot make a connection to strange.test:31415 (Address "
                                       "family not supported by protocol). "));
}

TEST_F(HopelessTest, PathTooLong) {
  const ConnectError error = connect_error_of(UnixEndpoint{"/tmp/" + std::string(103, 'x')}, 60s);
  EXPECT_EQ(error.kind(), ConnectError::Kind::path_too_long);
  EXPECT_THAT(error.what(), HasSubstr("(expected at most 107 bytes, got 108). Choose a shorter"));
}

TEST_F(HopelessTest, EmptyPath) {
  EXPECT_EQ(connect_error_of(UnixEndpoint{""}, 60s).kind(), ConnectError::Kind::bad_path);
}

TEST_F(HopelessTest, RegularFile) {
  const TemporaryFolder folder;
  std::ofstream(folder.file("file")) << "no socket";
  const ConnectError error = connect_error_of(UnixEndpoint{folder.file("file")}, 60s);
  EXPECT_EQ(error.kind(), ConnectError::Kind::bad_path);
  EXPECT_THAT(error.what(), HasSubstr("(expected a socket, got another kind of file)"));
}

TEST_F(HopelessTest, Directory) {
  const TemporaryFolder folder;
  const ConnectError error = connect_error_of(UnixEndpoint{folder.file("")}, 60s);
  EXPECT_EQ(error.kind(), ConnectError::Kind::bad_path);
  EXPECT_THAT(error.what(), HasSubstr("(expected a socket, got a directory)"));
}

TEST_F(HopelessTest, PathThroughAFile) {
  const TemporaryFolder folder;
  std::ofstream(folder.file("file")) << "no folder";
  const ConnectError error = connect_error_of(UnixEndpoint{folder.file("file/socket")}, 60s);
  EXPECT_EQ(error.kind(), ConnectError::Kind::bad_path);
  EXPECT_THAT(error.what(), HasSubstr("(Not a directory)"));
}

TEST(OpenSocket, LeavesWhenItIsToldTo) {
  ConnectOptions options = waiting(60s);
  const auto start = Clock::now();
  options.stop = [&] { return Clock::now() - start > 300ms; };
  EXPECT_FALSE(open_socket(TcpEndpoint{"127.0.0.1", unused_port()}, options).has_value());
  EXPECT_LT(Clock::now() - start, 5s);
}

TEST(OpenSocket, LeavesAHandshakeWhenItIsToldTo) {
  // A queue of one connection, full: Linux lets the next handshake wait.
  const auto listener = Listener::on_ipv4();
  const Endpoint endpoint = TcpEndpoint{"127.0.0.1", listener.port()};
  ConnectOptions options = waiting(60s);
  const auto start = Clock::now();
  options.stop = [&] { return Clock::now() - start > 300ms; };
  std::vector<Socket> queue;
  for (;;) {
    auto socket = open_socket(endpoint, options);
    if (!socket) break;
    queue.push_back(std::move(*socket));
    ASSERT_LT(queue.size(), 100U);
  }
  EXPECT_GE(Clock::now() - start, 300ms);
  EXPECT_LT(Clock::now() - start, 5s);
}

}  // namespace
}  // namespace forcewire
