#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <stdexcept>
#include <string>
#include <string_view>

#include "forcewire/plugin.h"
#include "forcewire/vector.hpp"

namespace forcewire {

/// Where the virial of a many-body potential comes from.
enum class Virial {
  of_forces = FORCEWIRE_VIRIAL_OF_FORCES,  ///< forcewire makes it: right if energies depend on
                                           ///< relative positions of the atoms seen, and no more
  given = FORCEWIRE_VIRIAL_GIVEN,          ///< `compute` writes it
  none = FORCEWIRE_VIRIAL_NONE,            ///< there is none, and forcewire says so
};

/// The force on an atom, in an array of all.
class Force {
 public:
  explicit Force(double* at) : at_(at) {}

  void operator+=(const Vector& f) { add(f.x, f.y, f.z); }
  void operator-=(const Vector& f) { add(-f.x, -f.y, -f.z); }
  operator Vector() const { return {at_[0], at_[1], at_[2]}; }

 private:
  void add(double x, double y, double z) {
    at_[0] += x;
    at_[1] += y;
    at_[2] += z;
  }

  double* at_;
};

/// What a many-body potential finds out for a request, on one rank.
class Output {
 public:
  /// @param forces x y z on each of `size` atoms
  Output(forcewire_output& output, double* forces, std::int32_t size)
      : output_(output), forces_(forces), size_(size) {}

  double energy = 0;  ///< of the owned atoms [hartree]
  double virial[3][3] =
      {};  ///< with Virial::given; minus the strain derivative of energy [hartree]

  /// On an atom, owned or ghost: minus the derivative of `energy` by its position [hartree/bohr].
  /// Compiled without NDEBUG, it throws std::out_of_range when there is no such atom.
  Force force(std::int32_t i) {
#ifndef NDEBUG
    if (i < 0 || i >= size_) {
      throw std::out_of_range("the potential asks for the force on atom " + std::to_string(i) +
                              ", there are " + std::to_string(size_));
    }
#endif
    return Force(forces_ + 3 * std::ptrdiff_t{i});
  }

  /// Sends more to the server with this request, under a key of its own: a number, a truth, a text,
  /// a Vector, or an array of these, or of arrays. What rank 0 adds is sent, and must be there in
  /// JSON: numbers are finite, texts are UTF-8.
  template <class Value>
  void extra(const std::string& key, const Value& value) {
    extra_json(key, json(value));
  }

  /// The same, of a text that is JSON, as in `{"atoms": [1, 2], "why": null}`.
  void extra_json(const std::string& key, const std::string& json) {
    output_.add_extra(output_.context, key.c_str(), json.c_str());
  }

  /// For ManyBodyPlugin: hands over what is not handed over yet.
  void finish() {
    output_.energy = energy;
    std::copy_n(&virial[0][0], 9, &output_.virial[0][0]);
  }

 private:
  template <class Value>
  static std::string json(const Value& value) {
    if constexpr (std::same_as<Value, bool>) {
      return value ? "true" : "false";
    } else if constexpr (std::same_as<Value, char>) {
      return quoted({&value, 1});
    } else if constexpr (std::integral<Value>) {
      return digits(value);
    } else if constexpr (std::floating_point<Value>) {
      return digits(static_cast<double>(value));
    } else if constexpr (std::convertible_to<const Value&, std::string_view>) {
      return quoted(value);
    } else if constexpr (std::convertible_to<const Value&, Vector>) {
      const Vector v = value;
      return json(std::array{v.x, v.y, v.z});
    } else {
      static_assert(std::ranges::input_range<const Value>, "no value for an extra");
      std::string text = "[";
      for (const std::ranges::range_value_t<const Value>& element : value) {
        text += (text.size() > 1 ? ", " : "") + json(element);
      }
      return text + "]";
    }
  }

  template <class Number>
  static std::string digits(Number number) {
    char text[32];  // the longest double has 24 characters
    return {text, std::to_chars(text, text + sizeof text, number).ptr};
  }

  static std::string quoted(std::string_view text) {
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    std::string result = "\"";
    for (const char c : text) {
      const auto code = static_cast<unsigned char>(c);
      if (code < 0x20) {
        result += "\\u00";
        result += {hexadecimal[code / 16], hexadecimal[code % 16]};
        continue;
      }
      if (c == '"' || c == '\\') result += '\\';
      result += c;
    }
    return result + '"';
  }

  forcewire_output& output_;
  double* forces_;
  [[maybe_unused]] std::int32_t size_;
};

}  // namespace forcewire
