#include "socket/error.hpp"

#include <gmock/gmock.h>

namespace forcewire {
namespace {

using testing::StrEq;

TEST(ConnectError, SaysWhatWhereAndWhatToDo) {
  const ConnectError error(ConnectError::Kind::nobody_listens, TcpEndpoint{"node7", 31415},
                           "no server at", "tried for 60 s: Connection refused", "Start it.");
  EXPECT_THAT(error.what(),
              StrEq("no server at node7:31415 (tried for 60 s: Connection refused). Start it."));
  EXPECT_EQ(error.kind(), ConnectError::Kind::nobody_listens);
  EXPECT_EQ(to_string(error.endpoint()), "node7:31415");
}

TEST(PeerError, SaysHowMuchIsMissing) {
  const PeerError error(PeerError::Kind::truncated, "in the positions of POSDATA", 96000, 1234);
  EXPECT_THAT(error.what(),
              StrEq("the server closed the connection in the positions of POSDATA (expected 96000 "
                    "bytes, got 1234). The server's own output should say why."));
  EXPECT_EQ(error.kind(), PeerError::Kind::truncated);
  EXPECT_EQ(error.wanted(), 96000U);
  EXPECT_EQ(error.got(), 1234U);
}

TEST(PeerError, TellsABrokenConnectionAndSilenceApart) {
  const PeerError reset(PeerError::Kind::reset, "here", 12, 0);
  EXPECT_THAT(reset.what(), testing::StartsWith("the connection to the server broke here ("));
  const PeerError timeout(PeerError::Kind::timeout, "here", 12, 5, std::chrono::milliseconds(1500));
  EXPECT_THAT(timeout.what(), testing::StartsWith("the server stayed silent for 1.5 s here ("));
}

TEST(ProtocolError, SaysWhatWasExpectedAndShowsWhatCame) {
  const ProtocolError error("the header of a message", "STATUS", "\"status\"");
  EXPECT_THAT(
      error.what(),
      StrEq("the server broke the protocol in the header of a message (expected STATUS, got "
            "\"status\"). Check that it is an i-PI protocol server that listens there."));
  EXPECT_EQ(error.expected(), "STATUS");
  EXPECT_EQ(error.got(), "\"status\"");
}

}  // namespace
}  // namespace forcewire
