#include "socket/classic_sockets.h"

#include <gmock/gmock.h>
#include <sys/mman.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/socket/connected_pair.hpp"
#include "tests/socket/listener.hpp"

namespace {

using forcewire::ConnectedPair;
using forcewire::Descriptor;
using forcewire::Listener;
using forcewire::TemporaryFolder;
using testing::HasSubstr;

struct Failure {
  int status;
  std::string message;
};
std::vector<Failure> failures;

/// Failures are collected instead of ending the program.
class ClassicSockets : public testing::Test {
 protected:
  ClassicSockets() {
    failures.clear();
    forcewire_sockets_set_error_handler([](int status, const char* message) {
      failures.push_back({status, message});
    });
  }
  ~ClassicSockets() override { forcewire_sockets_set_error_handler(nullptr); }

  /// The only failure, which is taken off the list.
  Failure failure() {
    if (failures.size() != 1) return {-1, std::to_string(failures.size()) + " failures"};
    const Failure only = failures.front();
    failures.clear();
    return only;
  }

  int tcp = 1;
  int unix_socket = 0;
  int no_port = 0;
  ConnectedPair pair;
  int descriptor = pair.ours.get();
};

TEST_F(ClassicSockets, OpenAUnixSocketWithAPrefix) {
  const TemporaryFolder folder;
  const auto listener = Listener::at_path(folder.file("prefix_name"));
  int opened = -1;
  open_socket(&opened, &unix_socket, &no_port, "name", folder.file("prefix_").c_str());
  const Descriptor ours(opened);
  EXPECT_TRUE(ours);
  EXPECT_TRUE(listener.accept());
}

TEST_F(ClassicSockets, OpenATcpConnection) {
  const auto listener = Listener::on_ipv4();
  int port = listener.port();
  int opened = -1;
  open_socket(&opened, &tcp, &port, "127.0.0.1", "");
  const Descriptor ours(opened);
  EXPECT_TRUE(ours);
  EXPECT_TRUE(listener.accept());
}

TEST_F(ClassicSockets, FortranNamesEndAtTheirLengthOrANulWithoutBlanks) {
  const auto listener = Listener::on_ipv4();
  int port = listener.port();
  const std::string no_end = "127.0.0.1garbage";
  const std::string blanks = "127.0.0.1       ";
  const std::string nul("127.0.0.1  \0rubbish", 18);
  for (const auto& [host, length] :
       {std::pair{no_end, std::size_t{9}}, {blanks, blanks.size()}, {nul, nul.size()}}) {
    int opened = -1;
    open_socket_(&opened, &tcp, &port, host.data(), length);
    EXPECT_TRUE(Descriptor(opened)) << host;
    EXPECT_TRUE(listener.accept());
  }
}

TEST_F(ClassicSockets, FortranUnixSocketsHaveTheUsualPrefix) {
  const std::string name = "forcewire-test-" + std::to_string(::getpid());
  const std::string path = "/tmp/ipi_" + name;
  {
    const auto listener = Listener::at_path(path);
    int opened = -1;
    open_socket_(&opened, &unix_socket, &no_port, name.data(), name.size());
    EXPECT_TRUE(Descriptor(opened));
  }
  ::unlink(path.c_str());
}

TEST_F(ClassicSockets, ReadAndWriteWholeBuffers) {
  const std::string sent(1 << 20, 'x');
  int length = 1 << 20;
  std::string got(sent.size(), '\0');
  std::string echoed;
  {
    std::jthread server([&] {
      pair.dribble(sent, 100'000, std::chrono::milliseconds(1));
      echoed = pair.receive(sent.size());
    });
    readbuffer(&descriptor, got.data(), &length);
    writebuffer_(&descriptor, got.data(), &length);
  }
  EXPECT_TRUE(got == sent);
  EXPECT_TRUE(echoed == sent);
  EXPECT_TRUE(failures.empty());
}

TEST_F(ClassicSockets, LeaveTheDescriptorToTheCaller) {
  char byte = 'x';
  int one = 1;
  writebuffer(&descriptor, &byte, &one);
  EXPECT_TRUE(forcewire::is_open(descriptor));
  pair.close_server();
  readbuffer_(&descriptor, &byte, &one);
  EXPECT_EQ(failure().status, 4);
  EXPECT_TRUE(forcewire::is_open(descriptor));
}

TEST_F(ClassicSockets, ReportAServerThatCloses) {
  pair.send("STATU");
  pair.close_server();
  char header[12];
  int length = 12;
  readbuffer(&descriptor, header, &length);
  const Failure reading = failure();
  EXPECT_EQ(reading.status, 4);
  EXPECT_THAT(reading.message, HasSubstr("(expected 12 bytes, got 5)"));
  writebuffer(&descriptor, header, &length);
  EXPECT_EQ(failure().status, 4);
}

TEST_F(ClassicSockets, ReportAConnectionThatCannotBeMade) {
  int opened = 17;
  open_socket(&opened, &unix_socket, &no_port, std::string(200, 'x').c_str(), "/tmp/ipi_");
  EXPECT_EQ(opened, -1);
  const Failure too_long = failure();
  EXPECT_EQ(too_long.status, 3);
  EXPECT_THAT(too_long.message, HasSubstr("at most 107 bytes, got 209"));
}

TEST_F(ClassicSockets, ReportWrongArguments) {
  int opened = -1;
  int port = 65536;
  open_socket(&opened, &tcp, &port, "127.0.0.1", "");
  const Failure bad_port = failure();
  EXPECT_EQ(bad_port.status, 2);
  EXPECT_THAT(bad_port.message, HasSubstr("(expected 1 to 65535, got 65536)"));

  int overflown = -8;
  char byte = 0;
  for (const auto transfer : {+[](int*fd, char*data, int*n) { readbuffer(fd, data, n); },
                              +[](int*fd, char*data, int*n) { writebuffer(fd, data, n); }}) {
    transfer(&descriptor, &byte, &overflown);
    const Failure negative = failure();
    EXPECT_EQ(negative.status, 2);
    EXPECT_THAT(negative.message, HasSubstr("got -8"));
  }
}

TEST_F(ClassicSockets, ReportADescriptorThatIsNoSocket) {
  int closed = -1;
  char byte = 0;
  int one = 1;
  readbuffer(&closed, &byte, &one);
  EXPECT_EQ(failure().status, 70);
}

TEST_F(ClassicSockets, MapSharedMemory) {
  const std::string name = "forcewire-test-" + std::to_string(::getpid());
  const Descriptor server(::shm_open(("/" + name).c_str(), O_RDWR | O_CREAT | O_EXCL, 0600));
  ASSERT_TRUE(server);
  ASSERT_EQ(::ftruncate(server.get(), 8), 0);
  auto* const memory = static_cast<char*>(shm_map(name.c_str(), 8));
  ::shm_unlink(("/" + name).c_str());
  ASSERT_NE(memory, nullptr);
  memory[7] = 'x';
  char seen = 0;
  EXPECT_EQ(::pread(server.get(), &seen, 1, 7), 1);
  EXPECT_EQ(seen, 'x');
  shm_unmap(memory, 8);

  EXPECT_EQ(shm_map(name.c_str(), 8), nullptr);
  const Failure missing = failure();
  EXPECT_EQ(missing.status, 70);
  EXPECT_THAT(missing.message, HasSubstr(name));
}

TEST(ClassicSocketsDeathTest, PrintOneLineAndExitWithoutAHandler) {
  ConnectedPair pair;
  pair.close_server();
  int descriptor = pair.ours.get();
  char byte = 0;
  int one = 1;
  EXPECT_EXIT(readbuffer(&descriptor, &byte, &one), testing::ExitedWithCode(4),
              "^forcewire: error: the server closed the connection .*\n$");
}

}  // namespace
