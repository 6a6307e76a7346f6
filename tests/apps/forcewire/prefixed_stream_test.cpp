#include "apps/forcewire/prefixed_stream.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace forcewire {
namespace {

TEST(PrefixedStream, EachLineBeginsWithThePrefix) {
  std::ostringstream target;
  PrefixedStream stream(target, "[2] ");
  stream << "one\ntwo " << 2 << '\n' << std::flush;
  EXPECT_EQ(target.str(), "[2] one\n[2] two 2\n");
  stream << "\nlast" << std::flush;
  stream << " of all\n" << std::flush << std::flush;
  EXPECT_EQ(target.str(), "[2] one\n[2] two 2\n[2] \n[2] last of all\n");
}

TEST(PrefixedStream, WithoutAPrefixNothingChanges) {
  std::ostringstream target;
  PrefixedStream stream(target, "");
  stream << "one\n\ntwo" << std::flush;
  EXPECT_EQ(target.str(), "one\n\ntwo");
}

TEST(PrefixedStream, KeepsWhatIsNotFlushed) {
  std::ostringstream target;
  PrefixedStream stream(target, "[2] ");
  stream << "one\n";
  EXPECT_EQ(target.str(), "");
}

TEST(PrefixedStream, FailsWithItsTarget) {
  std::ostringstream target;
  target.setstate(std::ios::badbit);
  PrefixedStream stream(target, "");
  stream << "one\n" << std::flush;
  EXPECT_FALSE(stream);
}

}  // namespace
}  // namespace forcewire
