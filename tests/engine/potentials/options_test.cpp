#include "engine/potentials/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string_view>

#include "engine/potentials/errors.hpp"

namespace forcewire {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr std::array<std::string_view, 4> keys = {"sigma", "epsilon", "cutoff", "parameters"};

ModelOptions options(std::string_view text) { return {"lj", text, keys, 3}; }

TEST(ModelOptions, AreKeysAndValues) {
  const ModelOptions given = options("cutoff=8.5angstrom, sigma = 3.4");
  EXPECT_EQ(given.require("cutoff").text, "8.5angstrom");
  EXPECT_EQ(given.require("sigma").text, "3.4");
  EXPECT_EQ(given.require("sigma").origin, "option sigma of model lj");
  EXPECT_EQ(given.find("epsilon"), nullptr);
}

TEST(ModelOptions, MayBeValuesAlone) {
  const ModelOptions given = options("5, 1e-3 ,15");
  EXPECT_EQ(given.require("sigma").text, "5");
  EXPECT_EQ(given.require("epsilon").text, "1e-3");
  EXPECT_EQ(given.require("cutoff").text, "15");
  EXPECT_EQ(given.find("parameters"), nullptr);
}

TEST(ModelOptions, MayBeNone) {
  EXPECT_EQ(options("").find("sigma"), nullptr);
  EXPECT_EQ(options("  ").find("sigma"), nullptr);
}

TEST(ModelOptions, TakePathsWithEqualsSignsAndColons) {
  EXPECT_EQ(options("parameters=/data/T=300:run/argon.toml").require("parameters").text,
            "/data/T=300:run/argon.toml");
}

TEST(ModelOptions, RefuseUnknownAndRepeatedKeys) {
  EXPECT_THAT([] { options("sigm=3"); },
              ThrowsMessage<ModelError>(
                  "options of model lj: unknown option 'sigm', expected one of sigma, epsilon, "
                  "cutoff, parameters (did you mean 'sigma'?)"));
  EXPECT_THAT(
      [] { options("sigma=3,sigma=4"); },
      ThrowsMessage<ModelError>("option sigma of model lj: given twice, as '3' and as '4'"));
}

TEST(ModelOptions, RefuseEmptyEntriesAndValues) {
  EXPECT_THAT([] { options("sigma="); },
              ThrowsMessage<ModelError>("option sigma of model lj: it has no value"));
  EXPECT_THAT([] { options("5,,15"); },
              ThrowsMessage<ModelError>("option epsilon of model lj: it has no value"));
  EXPECT_THAT([] { options("=5"); }, ThrowsMessage<ModelError>(HasSubstr("unknown option ''")));
  EXPECT_THAT([] { options("sigma=5,"); }, ThrowsMessage<ModelError>(HasSubstr("'' has no '='")));
}

TEST(ModelOptions, RefuseAMixtureOfBothForms) {
  EXPECT_THAT([] { options("5,1,cutoff=15"); },
              ThrowsMessage<ModelError>(
                  "options of model lj: '5' has no '=', but other entries of '5,1,cutoff=15' have: "
                  "expected key=value for all or bare values for all"));
}

TEST(ModelOptions, CountBareValues) {
  for (const char* text : {"5", "5,1", "5,1,15,20"}) {
    EXPECT_THAT(
        [&] { options(text); },
        ThrowsMessage<ModelError>(HasSubstr("expected 3 bare values, sigma,epsilon,cutoff")));
  }
}

TEST(ModelOptions, SayWhatIsMissing) {
  EXPECT_THAT([] { options("sigma=3").require("epsilon"); },
              ThrowsMessage<ModelError>("option epsilon of model lj is missing (its options are "
                                        "sigma, epsilon, cutoff, parameters)"));
}

}  // namespace
}  // namespace forcewire
