#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

/// The bytes of i-PI messages, composed here independently of the code under test.
namespace forcewire::wire {

using Matrix = std::array<double, 9>;

/// The bytes of a number as they lie in memory; the tests run on little-endian machines only.
template <typename Number>
std::string raw(Number value) {
  static_assert(std::is_arithmetic_v<Number>);
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

inline std::string raw_array(std::span<const double> values) {
  std::string bytes;
  for (const double value : values) bytes += raw(value);
  return bytes;
}

inline std::string header(std::string_view word) {
  std::string bytes(word);
  bytes.resize(12, ' ');
  return bytes;
}

/// A matrix column by column.
inline std::string transposed(const Matrix& m) {
  std::string bytes;
  for (std::size_t column = 0; column < 3; ++column) {
    for (std::size_t row = 0; row < 3; ++row) bytes += raw(m[3 * row + column]);
  }
  return bytes;
}

inline std::string init(std::int32_t replica, std::string_view text) {
  return header("INIT") + raw(replica) + raw(static_cast<std::int32_t>(text.size())) +
         std::string(text);
}

/// POSDATA up to the number of atoms. The inverse cell is wrong on purpose: nobody may look at it.
inline std::string posdata_head(const Matrix& cell, std::int32_t natoms) {
  constexpr Matrix wrong{-1, -2, -3, -4, -5, -6, -7, -8, -9};
  return header("POSDATA") + transposed(cell) + transposed(wrong) + raw(natoms);
}

inline std::string posdata(const Matrix& cell, std::span<const double> positions) {
  return posdata_head(cell, static_cast<std::int32_t>(positions.size() / 3)) + raw_array(positions);
}

inline std::string forceready(double energy, std::span<const double> forces, const Matrix& virial,
                              std::string_view extras) {
  return header("FORCEREADY") + raw(energy) + raw(static_cast<std::int32_t>(forces.size() / 3)) +
         raw_array(forces) + transposed(virial) + raw(static_cast<std::int32_t>(extras.size())) +
         std::string(extras);
}

}  // namespace forcewire::wire
