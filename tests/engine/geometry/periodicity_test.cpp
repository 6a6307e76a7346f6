#include "engine/geometry/periodicity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "engine/geometry/invalid_structure.hpp"

namespace forcewire {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

using Axes = std::array<bool, 3>;

const Eigen::Matrix3d bulk = 10 * Eigen::Matrix3d::Identity();

Eigen::Matrix3d slab() {
  Eigen::Matrix3d cell = bulk;
  cell.row(2).setZero();
  return cell;
}

TEST(Periodicity, AutoFollowsTheLatticeVectors) {
  EXPECT_EQ(Periodicity().resolve(bulk), (Axes{true, true, true}));
  EXPECT_EQ(Periodicity().resolve(slab()), (Axes{true, true, false}));
  EXPECT_EQ(Periodicity().resolve(Eigen::Matrix3d::Zero()), (Axes{false, false, false}));
  // One element is enough of a vector, minus zero is not.
  Eigen::Matrix3d cell = -0.0 * bulk;
  cell(1, 0) = -1e-3;
  EXPECT_EQ(Periodicity::parse("auto").resolve(cell), (Axes{false, true, false}));
}

TEST(Periodicity, NamedAxesAreAsNamed) {
  EXPECT_EQ(Periodicity::parse("none").resolve(bulk), (Axes{false, false, false}));
  EXPECT_EQ(Periodicity::parse("b").resolve(bulk), (Axes{false, true, false}));
  EXPECT_EQ(Periodicity::parse("ca").resolve(bulk), (Axes{true, false, true}));
  EXPECT_EQ(Periodicity::parse("abc").resolve(bulk), (Axes{true, true, true}));
  EXPECT_EQ(Periodicity::parse("ab").resolve(slab()), (Axes{true, true, false}));
}

TEST(Periodicity, RefusesAnAxisWithoutAVector) {
  EXPECT_THAT([] { Periodicity::parse("bc").resolve(slab()); },
              ThrowsMessage<InvalidStructure>(HasSubstr("axis c")));
}

TEST(Periodicity, RefusesOtherText) {
  for (const char* text : {"", "x", "abcd", "aa", "ABC", "a b", "all", "nonea"}) {
    EXPECT_THAT([=] { Periodicity::parse(text); },
                ThrowsMessage<std::invalid_argument>(testing::AllOf(
                    HasSubstr("auto, none"), HasSubstr(std::string("'") + text + "'"))))
        << text;
  }
}

TEST(Periodicity, IsWrittenAsItIsRead) {
  for (const char* text : {"auto", "none", "a", "b", "c", "ab", "ac", "bc", "abc"}) {
    EXPECT_EQ(Periodicity::parse(text).to_string(), text);
  }
  EXPECT_EQ(Periodicity::parse("cab").to_string(), "abc");
}

}  // namespace
}  // namespace forcewire
