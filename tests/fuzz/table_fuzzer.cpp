// Tables of -m table. Input: the file.
//
// What is accepted is a spline of finite numbers through as many points as there are lines.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "engine/potentials/spline.hpp"
#include "engine/potentials/units.hpp"
#include "tests/fuzz/expectation.hpp"
#include "tests/fuzz/memory_file.hpp"

using namespace forcewire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static MemoryFile file;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  file.write(text);
  const auto spline =
      unless_refused([] { return read_spline(file.path(), units::angstrom, units::electronvolt); });
  if (!spline) return 0;

  expect(spline->intervals() >= 2, "three points");
  expect(spline->intervals() <= static_cast<std::size_t>(std::ranges::count(text, '\n')),
         "no more points than lines");
  expect(spline->step > 0 && std::isfinite(1 / spline->step), "a step to divide by");
  expect(std::isfinite(spline->begin) && std::isfinite(spline->end()), "finite ends");
  expect(std::ranges::all_of(spline->coefficients, [](double c) { return std::isfinite(c); }),
         "finite coefficients");
  const double* c = spline->coefficients.data();
  for (std::size_t i = 0; i + 1 < spline->intervals(); ++i, c += 4) {
    const double scale = std::abs(c[0]) + std::abs(c[1]) + std::abs(c[2]) + std::abs(c[3]);
    if (!std::isfinite(scale)) continue;
    expect(std::abs(c[0] + c[1] + c[2] + c[3] - c[4]) <= 1e-12 * scale,
           "no jump between intervals");
  }
  return 0;
}
