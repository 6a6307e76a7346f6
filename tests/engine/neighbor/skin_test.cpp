#include "engine/neighbor/skin.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace forcewire {
namespace {

constexpr double cutoff = 16;
constexpr double builds[] = {1, 4};  // of OpenKIM's models, of Lennard-Jones

/// What a request costs with a skin of `width` [bohr] that lasts for `requests`; see Skin.
double cost(double width, double requests, double build) {
  return std::pow(1 + width / cutoff, 2) + build / requests;
}

/// The width that a skin settles on when a list lasts as long as `lasts(width)` says.
template <typename Lasts>
double settled(const Lasts& lasts, double build) {
  Skin skin = Skin::adaptive(cutoff, build);
  for (int lists = 0; lists < 50; ++lists) {
    skin.adapt(std::max(1, static_cast<int>(lasts(skin.width()))));
  }
  return skin.width();
}

template <typename Lasts>
void expect_cheapest(const Lasts& lasts, double build) {
  const double width = settled(lasts, build);
  const double found = cost(width, lasts(width), build);
  for (double other = 0.05 * cutoff; other < 0.39 * cutoff; other *= 1.05) {
    EXPECT_LT(found, 1.02 * cost(other, lasts(other), build)) << width << " against " << other;
  }
}

TEST(Skin, OfAWidthStays) {
  Skin skin(2.5);
  skin.adapt(1);
  skin.adapt(1000);
  EXPECT_EQ(skin.width(), 2.5);
}

TEST(Skin, IsTheCheapestWhereAtomsMoveStraightAhead) {
  for (const double build : builds) {
    for (const double rate : {0.05, 0.1, 0.2, 0.4}) {  // bohr per request
      expect_cheapest([&](double width) { return width / rate; }, build);
    }
  }
}

TEST(Skin, SettlesWhereAtomsDiffuse) {
  const auto lasts = [](double width) { return 3 * width * width; };
  for (const double build : builds) {
    const double width = settled(lasts, build);
    EXPECT_LT(cost(width, lasts(width), build),
              1.1 * cost(0.16 * cutoff, lasts(0.16 * cutoff), build));
    EXPECT_NEAR(width, std::cbrt(build * cutoff / 2 / 3), 0.2);
  }
}

TEST(Skin, IsNeverNothingAndNeverEndless) {
  EXPECT_DOUBLE_EQ(settled([](double) { return 1e9; }, 4), 0.04 * cutoff);
  Skin after_years = Skin::adaptive(cutoff, 4);
  after_years.adapt(std::int64_t{1} << 62);
  EXPECT_GE(after_years.width(), 0.04 * cutoff);
  EXPECT_DOUBLE_EQ(settled([](double) { return 1; }, 4), 0.4 * cutoff);
}

}  // namespace
}  // namespace forcewire
