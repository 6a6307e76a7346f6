#include <gmock/gmock.h>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/kim.hpp"

namespace forcewire {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(NoKim, SaysWhatToInstall) {
  EXPECT_THAT(
      [] {
        make_model({"kim", "model=any", {}});
      },
      ThrowsMessage<ModelError>(HasSubstr("libkim-api-dev")));
  EXPECT_THAT([] { kim_model_names(); }, ThrowsMessage<ModelError>(HasSubstr("libkim-api-dev")));
  EXPECT_THAT(find_model("kim").summary, HasSubstr("not in this build"));
}

}  // namespace
}  // namespace forcewire
