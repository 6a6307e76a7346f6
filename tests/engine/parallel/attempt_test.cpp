#include "engine/parallel/attempt.hpp"

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>
#include <string>

namespace forcewire {
namespace {

using Kind = PotentialFailure::Kind;

/// What becomes of an exception.
template <class Exception>
PotentialFailure failure_of(const Exception& exception) {
  Attempt attempt;
  attempt([&] { throw exception; });
  return attempt.failure().value();
}

TEST(Attempt, KnowsTheKindOfEveryException) {
  EXPECT_EQ(failure_of(PotentialFailure(Kind::result, "x")).kind(), Kind::result);
  EXPECT_EQ(failure_of(InvalidStructure("x")).kind(), Kind::structure);
  EXPECT_EQ(failure_of(std::bad_alloc()).kind(), Kind::memory);
  EXPECT_EQ(failure_of(std::runtime_error("x")).kind(), Kind::exception);
  EXPECT_EQ(failure_of(42).kind(), Kind::exception);
  EXPECT_STREQ(failure_of(std::runtime_error("the oracle is silent")).what(),
               "the oracle is silent");
  EXPECT_STREQ(failure_of(std::runtime_error("")).what(),
               "an exception without a text, std::runtime_error");
  EXPECT_STREQ(failure_of(42).what(),
               "the potential threw an exception that is no std::exception, int");
}

TEST(Attempt, DoesNothingAfterTheFirstFailure) {
  Attempt attempt;
  int steps = 0;
  attempt([&] { ++steps; });
  EXPECT_FALSE(attempt.failure());
  attempt([] { throw std::runtime_error("first"); });
  attempt([&] { ++steps; });
  EXPECT_STREQ(attempt.failure().value().what(), "first");
  EXPECT_EQ(steps, 1);
}

TEST(Attempt, TellsAllRanksOfTheFirstFailure) {
  const Communicator world = Communicator::world();
  EXPECT_FALSE(Attempt().first_failure(world));
  for (int first = 0; first < world.size(); ++first) {
    Attempt attempt;
    attempt([&] {
      if (world.rank() < first) return;
      const Kind kind = world.rank() == first ? Kind::memory : Kind::result;
      throw PotentialFailure(kind, "rank " + std::to_string(world.rank()));
    });
    const auto failure = attempt.first_failure(world);
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->kind(), Kind::memory);
    EXPECT_EQ(failure->what(), "rank " + std::to_string(first));
  }
}

}  // namespace
}  // namespace forcewire
