#include "socket/descriptor.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <type_traits>
#include <utility>

#include "tests/socket/connected_pair.hpp"

namespace forcewire {
namespace {

static_assert(!std::is_copy_constructible_v<Descriptor>);
static_assert(std::is_nothrow_move_constructible_v<Descriptor>);
static_assert(std::is_nothrow_move_assignable_v<Descriptor>);

Descriptor some_descriptor() { return Descriptor(::dup(STDERR_FILENO)); }

TEST(Descriptor, ClosesAtTheEnd) {
  int number = -1;
  {
    const Descriptor descriptor = some_descriptor();
    number = descriptor.get();
    ASSERT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(Descriptor, IsEmptyAfterAMove) {
  Descriptor from = some_descriptor();
  const int number = from.get();
  const Descriptor to = std::move(from);
  EXPECT_FALSE(from);  // NOLINT: this is what is tested
  EXPECT_EQ(to.get(), number);
  EXPECT_TRUE(is_open(number));
}

TEST(Descriptor, ClosesWhatAnAssignmentReplaces) {
  Descriptor descriptor = some_descriptor();
  const int number = descriptor.get();
  descriptor = Descriptor();
  EXPECT_FALSE(descriptor);
  EXPECT_FALSE(is_open(number));
}

TEST(Descriptor, StaysOpenWhenReleased) {
  int number = -1;
  {
    Descriptor descriptor = some_descriptor();
    number = descriptor.release();
  }
  EXPECT_TRUE(is_open(number));
  ::close(number);
}

}  // namespace
}  // namespace forcewire
