#pragma once

#include <array>
#include <cstddef>

namespace forcewire {

/// What a plug-in writes, a struct of plain C, between bytes that nobody has to write to.
/// @tparam guards so many on either side
template <class Struct, std::size_t guards>
struct Guarded {
  using Guards = std::array<unsigned char, guards>;

  Guards before = untouched;
  Struct value{};
  Guards behind = untouched;

  bool is_intact() const { return before == untouched && behind == untouched; }

 private:
  static constexpr Guards untouched = [] {
    Guards bytes{};
    bytes.fill(0xA5);
    return bytes;
  }();
};

}  // namespace forcewire
