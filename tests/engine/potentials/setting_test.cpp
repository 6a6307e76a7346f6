#include "engine/potentials/setting.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/potentials/errors.hpp"

namespace forcewire {
namespace {

using testing::ThrowsMessage;

Setting setting(std::string text) { return {"argon.toml:3: sigma", std::move(text)}; }

TEST(Setting, IsAQuantityOfTheRightSign) {
  EXPECT_EQ(setting("-2").quantity(Dimension::length).value, -2);
  EXPECT_EQ(setting("2").positive(Dimension::length).value, 2);
  EXPECT_EQ(setting("0").non_negative(Dimension::energy).value, 0);
  EXPECT_THAT(
      [] { setting("0 angstrom").positive(Dimension::length); },
      ThrowsMessage<ModelError>("argon.toml:3: sigma: expected more than zero, got '0 angstrom'"));
  EXPECT_THAT([] { setting("-2").non_negative(Dimension::energy); },
              ThrowsMessage<ModelError>("argon.toml:3: sigma: expected zero or more, got '-2'"));
}

TEST(Setting, IsOneOfAFewWords) {
  enum class Colour { red, green };
  const auto colour = [](const char* word) {
    return setting(word).choice<Colour>({{"red", Colour::red}, {"green", Colour::green}});
  };
  EXPECT_EQ(colour("red"), Colour::red);
  EXPECT_EQ(colour("green"), Colour::green);
  EXPECT_THAT(
      [&] { colour("Green"); },
      ThrowsMessage<ModelError>("argon.toml:3: sigma: unknown 'Green', expected one of red, "
                                "green (did you mean 'green'?)"));
}

}  // namespace
}  // namespace forcewire
