#include "engine/potentials/expected_names.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string_view>

namespace forcewire {
namespace {

constexpr std::array<std::string_view, 3> names = {"sigma", "epsilon", "cutoff"};

TEST(ExpectedNames, AreAllListed) {
  EXPECT_EQ(one_of(names, "radius"), "one of sigma, epsilon, cutoff");
  EXPECT_EQ(one_of(names, ""), "one of sigma, epsilon, cutoff");
}

TEST(ExpectedNames, SuggestTheOneThatWasProbablyMeant) {
  EXPECT_EQ(one_of(names, "epsilom"), "one of sigma, epsilon, cutoff (did you mean 'epsilon'?)");
  EXPECT_EQ(one_of(names, "cut-off"), "one of sigma, epsilon, cutoff (did you mean 'cutoff'?)");
  EXPECT_EQ(one_of(names, "SIGMA"), "one of sigma, epsilon, cutoff (did you mean 'sigma'?)");
  EXPECT_EQ(one_of(names, "sgima"), "one of sigma, epsilon, cutoff");
}

}  // namespace
}  // namespace forcewire
