#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/registry.hpp"
#include "temporary_file.hpp"

namespace forcewire {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// A table from 1 angstrom in steps of `step`, with its last point at the end that is returned.
std::string table(double step, int steps, double& end) {
  std::string text;
  for (int i = 0; i <= steps; ++i) {
    end = 1 + step * i;
    text += fmt::format("{:.6g} {:g}\n", end, 1.0 / (i + 1));
  }
  return text;
}

TEST(Tabulated, MayEndAtTheCutoff) {
  for (const double step : {0.1, 0.05, 0.07, 0.003}) {
    for (int steps = 40; steps < 60; ++steps) {
      double end = 0;
      const TemporaryFile file(table(step, steps, end));
      EXPECT_NO_THROW(make_model(
          {"table",
           fmt::format("file={},length-unit=1angstrom,cutoff={:.6g}angstrom", file.path(), end),
           {}}))
          << step << ' ' << steps;
    }
  }
}

TEST(Tabulated, MustNotEndBeforeTheCutoff) {
  double end = 0;
  const TemporaryFile file(table(0.1, 40, end));
  EXPECT_THAT(
      [&] {
        make_model({"table", "file=" + file.path() + ",cutoff=5.0001", {}});
      },
      ThrowsMessage<ModelError>(
          AllOf(HasSubstr("the table ends at 5.0"), HasSubstr("before the cutoff of 5.0001"))));
}

}  // namespace
}  // namespace forcewire
