// Numbers with units. Input: what stands behind the = of an option.
//
// What is accepted is finite, and means the same when it is written in atomic units.

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "engine/potentials/unit_product.hpp"
#include "engine/potentials/units.hpp"
#include "tests/fuzz/expectation.hpp"

using namespace forcewire;

namespace {

void try_quantity(std::string_view text, Dimension dimension) {
  const auto quantity = unless_refused([&] { return parse_quantity(text, dimension, "input"); });
  if (!quantity) return;
  expect(std::isfinite(quantity->value), "a finite number");
  expect(quantity->unit != nullptr && quantity->unit->dimension == dimension, "a unit that fits");
  const std::string bare = fmt::format("{}", quantity->value);
  expect(parse_quantity(bare, dimension, bare).value == quantity->value, "the same bare number");
  expect(!to_string(*quantity).empty(), "a text");
}

void try_product(std::string_view text, UnitPowers powers) {
  const auto value = unless_refused([&] { return parse_product(text, powers, "input"); });
  if (!value) return;
  expect(std::isfinite(*value), "a finite number");
  const std::string atomic = fmt::format("{} {}", *value, atomic_unit_name(powers));
  expect(parse_product(atomic, powers, atomic) == *value, "the same number in atomic units");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr std::array powers = {UnitPowers{0, 0},  UnitPowers{1, 0}, UnitPowers{0, 1},
                                 UnitPowers{0, -1}, UnitPowers{1, 6}, UnitPowers{1, -1}};
  // One at a time: a refusal takes longer than all else.
  const std::size_t kind = data[0] % (powers.size() + 2);
  if (kind < powers.size()) {
    try_product(text, powers[kind]);
  } else {
    try_quantity(text, kind % 2 == 0 ? Dimension::length : Dimension::energy);
  }
  return 0;
}
