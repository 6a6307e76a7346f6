#include "socket/endpoint.hpp"

#include <gtest/gtest.h>

namespace forcewire {
namespace {

TEST(UnixEndpoint, PutsThePrefixBeforeAName) {
  EXPECT_EQ(unix_endpoint("argon").path, "/tmp/ipi_argon");
  EXPECT_EQ(unix_endpoint("argon", "/run/md-").path, "/run/md-argon");
  EXPECT_EQ(unix_endpoint("argon", "").path, "argon");
}

TEST(UnixEndpoint, TakesANameWithASlashAsTheWholePath) {
  EXPECT_EQ(unix_endpoint("/scratch/job/argon").path, "/scratch/job/argon");
  EXPECT_EQ(unix_endpoint("./argon", "/run/md-").path, "./argon");
}

TEST(Endpoint, IsWrittenAsAPersonWritesIt) {
  EXPECT_EQ(to_string(UnixEndpoint{"/tmp/ipi_argon"}), "/tmp/ipi_argon");
  EXPECT_EQ(to_string(TcpEndpoint{"localhost", 31415}), "localhost:31415");
  EXPECT_EQ(to_string(TcpEndpoint{"::1", 31415}), "[::1]:31415");
  EXPECT_EQ(to_string(TcpEndpoint{"[::1]", 31415}), "[::1]:31415");
}

}  // namespace
}  // namespace forcewire
