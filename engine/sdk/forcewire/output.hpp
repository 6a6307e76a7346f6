#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

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
  Output(forcewire_output& output, double* forces) : output_(output), forces_(forces) {}

  double energy = 0;  ///< of the owned atoms [hartree]
  double virial[3][3] =
      {};  ///< with Virial::given; minus the strain derivative of energy [hartree]

  /// On an atom, owned or ghost: minus the derivative of `energy` by its position [hartree/bohr].
  Force force(std::int32_t i) { return Force(forces_ + 3 * std::ptrdiff_t{i}); }

  /// Sends more to the server with this request, under a key of its own; what rank 0 adds is sent.
  /// @param json a value, as in `[0, 0, 1.5]`
  void extra(const std::string& key, const std::string& json) {
    output_.add_extra(output_.context, key.c_str(), json.c_str());
  }
  void extra(const std::string& key, const char* json) { extra(key, std::string(json)); }

  /// @throws std::invalid_argument when a number is not finite: JSON has no such numbers
  template <class Number>
  requires(std::integral<Number> || std::floating_point<Number>) void extra(const std::string& key,
                                                                            Number number) {
    extra(key, json(key, number));
  }

  void extra(const std::string& key, std::span<const double> numbers) {
    std::string text = "[";
    for (const double number : numbers) text += (text.size() > 1 ? ", " : "") + json(key, number);
    extra(key, text + "]");
  }

  void extra(const std::string& key, const Vector& v) {
    const double numbers[] = {v.x, v.y, v.z};
    extra(key, std::span<const double>(numbers));
  }

  /// For ManyBodyPlugin: hands over what is not handed over yet.
  void finish() {
    output_.energy = energy;
    std::copy_n(&virial[0][0], 9, &output_.virial[0][0]);
  }

 private:
  template <class Number>
  static std::string json(const std::string& key, Number number) {
    if constexpr (std::floating_point<Number>) {
      if (!std::isfinite(number)) {
        throw std::invalid_argument("its extra " + key + " is no finite number");
      }
    }
    char text[32];  // the longest double has 24 characters
    return {text, std::to_chars(text, text + sizeof text, number).ptr};
  }

  forcewire_output& output_;
  double* forces_;
};

}  // namespace forcewire
