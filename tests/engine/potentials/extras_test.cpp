#include "engine/potentials/extras.hpp"

#include <gmock/gmock.h>

#include "engine/potentials/errors.hpp"

namespace forcewire {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

auto refuses(const char* why) { return ThrowsMessage<PotentialFailure>(HasSubstr(why)); }

TEST(Extras, AreOneObject) {
  Extras extras;
  EXPECT_EQ(extras.text(), "");
  extras.add("dipole", "[0, 0, 1.5]");
  extras.add("say \"so\"", "{\"a\": null}");
  EXPECT_EQ(extras.text(), R"({"dipole": [0, 0, 1.5], "say \"so\"": {"a": null}})");
  extras.clear();
  EXPECT_EQ(extras.text(), "");
}

TEST(Extras, AreRefusedWhenTheyAreNoJson) {
  Extras extras;
  EXPECT_THAT([&] { extras.add("dipole", "[0, 0"); }, refuses("'dipole' is no JSON"));
  EXPECT_THAT([&] { extras.add("dipole", ""); }, refuses("'dipole' is no JSON"));
  EXPECT_THAT([&] { extras.add("dipole", "[0, -nan]"); }, refuses("numbers that are not finite"));
  EXPECT_THAT([&] { extras.add("", "1"); }, refuses("an empty key"));
  EXPECT_THAT([&] { extras.add("\xff", "1"); }, refuses("not UTF-8"));
  extras.add("dipole", "1");
  EXPECT_THAT([&] { extras.add("dipole", "2"); }, refuses("'dipole' twice"));
  EXPECT_EQ(extras.text(), R"({"dipole": 1})");
}

}  // namespace
}  // namespace forcewire
