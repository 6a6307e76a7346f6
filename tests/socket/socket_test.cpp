#include "socket/socket.hpp"

#include <gmock/gmock.h>
#include <netinet/tcp.h>
#include <pthread.h>

#include <csignal>
#include <cstring>
#include <ctime>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "socket/error.hpp"
#include "socket/open_socket.hpp"
#include "tests/socket/connected_pair.hpp"
#include "tests/socket/listener.hpp"

namespace forcewire {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::span<std::byte> writable(std::string& text) { return std::as_writable_bytes(std::span(text)); }
std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

/// The PeerError that `action` must throw.
PeerError peer_error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const PeerError& error) {
    return error;
  }
  throw std::runtime_error("no PeerError was thrown");
}

std::string counting_text(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 31 % 251);
  return text;
}

class SocketTest : public testing::Test {
 protected:
  ConnectedPair pair;
  Socket socket{std::move(pair.ours)};
};

TEST_F(SocketTest, ReadsAWholeBufferFromPieces) {
  const std::string sent = counting_text(100);
  std::jthread server([&] { pair.dribble(sent, 7, 1ms); });
  std::string got(sent.size(), '\0');
  socket.readbuffer(writable(got), 5s);
  EXPECT_EQ(got, sent);
}

TEST_F(SocketTest, TellsACloseBetweenMessagesFromOneInside) {
  std::string got(12, '\0');
  pair.send("STATU");
  pair.close_server();
  const PeerError inside = peer_error_of([&] { socket.readbuffer(writable(got), 5s); });
  EXPECT_EQ(inside.kind(), PeerError::Kind::truncated);
  EXPECT_EQ(inside.wanted(), 12U);
  EXPECT_EQ(inside.got(), 5U);

  const PeerError between = peer_error_of([&] { socket.readbuffer(writable(got), 5s); });
  EXPECT_EQ(between.kind(), PeerError::Kind::closed);
  EXPECT_EQ(between.got(), 0U);
}

TEST_F(SocketTest, TellsAReset) {
  const std::string unread = "never read";
  const auto part = bytes_of(unread);
  socket.writebuffer({&part, 1});
  pair.close_server();  // with unread data: the kernel resets the connection
  std::string got(12, '\0');
  EXPECT_EQ(peer_error_of([&] { socket.readbuffer(writable(got), 5s); }).kind(),
            PeerError::Kind::reset);
}

TEST_F(SocketTest, GivesUpOnSilence) {
  pair.send("STA");
  std::string got(12, '\0');
  const auto start = Clock::now();
  const PeerError error = peer_error_of([&] { socket.readbuffer(writable(got), 250ms); });
  EXPECT_EQ(error.kind(), PeerError::Kind::timeout);
  EXPECT_EQ(error.got(), 3U);
  EXPECT_GE(Clock::now() - start, 250ms);
  EXPECT_LT(Clock::now() - start, 5s);
}

TEST_F(SocketTest, ProgressRenewsTheTimeout) {
  const std::string sent = counting_text(8);
  std::jthread server([&] { pair.dribble(sent, 1, 120ms); });
  std::string got(sent.size(), '\0');
  socket.readbuffer(writable(got), 600ms);  // less than the 960 ms of the whole
  EXPECT_EQ(got, sent);
}

TEST_F(SocketTest, SendsPartsInTheirOrder) {
  const std::string a = "FORCEREADY  ";
  const std::string b;
  const std::string c = "forces";
  const std::vector parts{bytes_of(a), bytes_of(b), bytes_of(c)};
  socket.writebuffer(parts, 5s);
  EXPECT_EQ(pair.receive(18), "FORCEREADY  forces");
}

TEST_F(SocketTest, SendsMorePartsThanTheKernelTakesAtOnce) {
  const std::string sent = counting_text(3000);
  std::vector<std::span<const std::byte>> parts;
  for (std::size_t i = 0; i < sent.size(); ++i) parts.push_back(bytes_of(sent).subspan(i, 1));
  socket.writebuffer(parts, 5s);
  EXPECT_EQ(pair.receive(sent.size()), sent);
}

TEST_F(SocketTest, ContinuesShortWrites) {
  // Far more than the kernel buffers, in parts whose borders fall inside single writes.
  const std::string sent = counting_text(8 << 20);
  std::vector<std::span<const std::byte>> parts;
  const std::size_t part = 300'007;
  for (std::size_t i = 0; i < sent.size(); i += part) {
    parts.push_back(bytes_of(sent).subspan(i, std::min(part, sent.size() - i)));
  }
  std::string got;
  std::jthread server([&] { got = pair.receive(sent.size()); });
  socket.writebuffer(parts, 5s);
  server.join();
  EXPECT_TRUE(got == sent);
}

TEST_F(SocketTest, SendsNoMoreThanIsThere) {
  const std::string sent = counting_text(50);
  const std::vector parts{bytes_of(sent).first(7), bytes_of(sent).subspan(7, 0),
                          bytes_of(sent).subspan(7, 30), bytes_of(sent).subspan(37)};
  for (std::size_t step = 1; step <= sent.size(); ++step) {
    std::string got;
    socket.writebuffer(parts, 5s, [&](std::size_t count) {
      got += pair.receive(count - got.size());  // hangs if less was sent
      char more = 0;
      EXPECT_LT(::recv(pair.server.get(), &more, 1, MSG_DONTWAIT), 0) << "behind " << count;
      return std::min(count + step, sent.size());
    });
    got += pair.receive(sent.size() - got.size());
    EXPECT_EQ(got, sent) << "in steps of " << step;
  }
}

TEST_F(SocketTest, ItsOwnDelayIsNotThePeersSilence) {
  const std::string sent = "word";
  const auto part = bytes_of(sent);
  std::size_t others = 0;
  std::string got;
  std::jthread server;
  socket.writebuffer({&part, 1}, 400ms, [&](std::size_t) {
    // When the delay is over the buffers are full, and for another moment.
    for (const std::size_t size : {1000U, 1U}) {
      const std::string fill(size, '.');
      while (::send(socket.descriptor(), fill.data(), size, MSG_DONTWAIT) > 0) others += size;
    }
    std::this_thread::sleep_for(500ms);
    server = std::jthread([&] {
      std::this_thread::sleep_for(150ms);
      got = pair.receive(others + sent.size());
    });
    return sent.size();
  });
  server.join();
  EXPECT_EQ(got, std::string(others, '.') + sent);
}

TEST_F(SocketTest, GivesUpOnAServerThatDoesNotRead) {
  const std::string sent(8 << 20, 'x');
  const auto part = bytes_of(sent);
  const PeerError error = peer_error_of([&] { socket.writebuffer({&part, 1}, 250ms); });
  EXPECT_EQ(error.kind(), PeerError::Kind::timeout);
  EXPECT_EQ(error.wanted(), sent.size());
  EXPECT_GT(error.got(), 0U);
  EXPECT_LT(error.got(), sent.size());
}

TEST_F(SocketTest, WritingToAClosedConnectionIsAnErrorAndNoSignal) {
  pair.close_server();
  const std::string sent = "READY       ";
  const auto part = bytes_of(sent);
  const PeerError error = peer_error_of([&] { socket.writebuffer({&part, 1}, 5s); });
  EXPECT_EQ(error.kind(), PeerError::Kind::reset);
  EXPECT_EQ(error.wanted(), 12U);
  EXPECT_EQ(error.got(), 0U);
}

TEST_F(SocketTest, WorksOnADescriptorThatItsOwnerMadeNonBlocking) {
  ASSERT_EQ(::fcntl(socket.descriptor(), F_SETFL, O_NONBLOCK), 0);
  const std::string sent = counting_text(4 << 20);
  std::string got(sent.size(), '\0');
  {
    std::jthread server([&] { pair.dribble(sent, 1 << 20, 20ms); });
    socket.readbuffer(writable(got));
  }
  EXPECT_TRUE(got == sent);

  got.clear();
  {
    std::jthread server([&] { got = pair.receive(sent.size()); });
    const auto part = bytes_of(sent);
    socket.writebuffer({&part, 1});
  }
  EXPECT_TRUE(got == sent);
}

TEST_F(SocketTest, DoesNotSpinOnANonBlockingDescriptor) {
  ASSERT_EQ(::fcntl(socket.descriptor(), F_SETFL, O_NONBLOCK), 0);
  std::jthread server([&] { pair.dribble("ab", 1, 300ms); });
  std::string got(1, '.');
  const std::clock_t start = std::clock();
  socket.readbuffer(writable(got));
  socket.readbuffer(writable(got), 5s);
  EXPECT_LT(std::clock() - start, CLOCKS_PER_SEC / 50);
}

TEST_F(SocketTest, SignalsDoNotDisturb) {
  struct sigaction action {};
  action.sa_handler = [](int) {};  // and no SA_RESTART: system calls return EINTR
  struct sigaction previous {};
  ASSERT_EQ(::sigaction(SIGUSR1, &action, &previous), 0);

  const std::string sent = counting_text(1 << 20);
  std::string got(sent.size(), '\0');
  std::string echoed;
  const pthread_t reader = ::pthread_self();
  {
    std::jthread server([&] {
      pair.dribble(sent, 100'000, 5ms);
      echoed = pair.receive(sent.size());
    });
    std::jthread signaller([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        ::pthread_kill(reader, SIGUSR1);
        std::this_thread::sleep_for(1ms);
      }
    });
    socket.readbuffer(writable(got));
    const auto part = bytes_of(got);
    socket.writebuffer({&part, 1});
  }
  EXPECT_TRUE(got == sent);
  EXPECT_TRUE(echoed == sent);
  ::sigaction(SIGUSR1, &previous, nullptr);
}

TEST_F(SocketTest, ReadSomeFillsPartsInTheirOrder) {
  pair.send("abcdefgh");
  std::string first(3, '.');
  std::string second(10, '.');
  const std::array parts{writable(first), writable(second)};
  const Arrival arrival = socket.read_some(parts);
  EXPECT_EQ(arrival.state, Arrival::State::data);
  EXPECT_EQ(arrival.bytes, 8U);
  EXPECT_EQ(first, "abc");
  EXPECT_EQ(second, "defgh.....");
}

TEST_F(SocketTest, ReadSomeSaysWhenNothingComes) {
  std::string got(3, '.');
  const std::array parts{writable(got)};
  const auto start = Clock::now();
  EXPECT_EQ(socket.read_some(parts).state, Arrival::State::nothing_yet);
  EXPECT_LT(Clock::now() - start, 2s);
  pair.close_server();
  EXPECT_EQ(socket.read_some(parts).state, Arrival::State::closed);
}

/// A server's end and ours over TCP: so many questions were answered that the kernel holds
/// acknowledgements back for the next answer.
struct TcpConversation {
  TcpConversation() {
    // Otherwise what it sends may be under way for so long that the kernel changes its mind.
    const int on = 1;
    ::setsockopt(pair.server.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    for (int i = 0; i < 100 && acknowledges_at_once(); ++i) {
      pair.send("STATUS");
      read(6);
      const auto part = bytes_of(answer);
      socket.writebuffer({&part, 1});
      pair.receive(answer.size());
    }
  }

  void read(std::size_t size) {
    std::string got(size, '\0');
    socket.readbuffer(writable(got), 5s);
  }

  /// What the kernel says.
  bool acknowledges_at_once() const {
    int at_once = 0;
    socklen_t size = sizeof at_once;
    ::getsockopt(socket.descriptor(), IPPROTO_TCP, TCP_QUICKACK, &at_once, &size);
    return at_once != 0;
  }

  const std::string answer = "READY";
  const Listener listener = Listener::on_ipv4();
  Socket socket = *open_socket(TcpEndpoint{"127.0.0.1", listener.port()});
  ConnectedPair pair{listener.accept()};
};

TEST(SocketOverTcp, AcknowledgesAtOnceWhatItDoesNotAnswer) {
  TcpConversation tcp;
  ASSERT_FALSE(tcp.acknowledges_at_once());
  tcp.pair.send("POSDATA");
  tcp.read(7);
  tcp.pair.send("positions");
  tcp.read(9);
  EXPECT_TRUE(tcp.acknowledges_at_once());
}

TEST_F(SocketTest, ClosesItsDescriptor) {
  const int number = socket.descriptor();
  {
    const Socket last_owner = std::move(socket);
    EXPECT_EQ(last_owner.descriptor(), number);
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST_F(SocketTest, ADescriptorThatIsNoSocketIsNotTheServersFault) {
  Socket no_socket{Descriptor(::open("/dev/null", O_RDWR | O_CLOEXEC))};
  std::string got(3, '.');
  EXPECT_THROW(no_socket.readbuffer(writable(got), 1s), std::system_error);
}

}  // namespace
}  // namespace forcewire
