#include "engine/geometry/periodicity.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "engine/geometry/invalid_structure.hpp"

namespace forcewire {

namespace {
constexpr std::string_view axis_names = "abc";
}

Periodicity Periodicity::parse(std::string_view text) {
  Periodicity result;
  if (text == "auto") return result;
  std::array<bool, 3> axes{};
  if (text != "none") {
    bool valid = !text.empty();
    for (const char name : text) {
      const auto axis = axis_names.find(name);
      valid = valid && axis != std::string_view::npos && !axes[axis];
      if (!valid) break;
      axes[axis] = true;
    }
    if (!valid) {
      throw std::invalid_argument(fmt::format(
          "expected auto, none, or the periodic axes out of a, b and c such as ab; got '{}'",
          text));
    }
  }
  result.axes_ = axes;
  return result;
}

std::array<bool, 3> Periodicity::resolve(const Eigen::Matrix3d& lattice_vectors) const {
  std::array<bool, 3> periodic{};
  for (int axis = 0; axis < 3; ++axis) {
    const bool is_zero = (lattice_vectors.row(axis).array() == 0.0).all();
    const auto index = static_cast<std::size_t>(axis);
    periodic[index] = axes_ ? (*axes_)[index] : !is_zero;
    if (periodic[index] && is_zero) {
      throw InvalidStructure(fmt::format(
          "axis {} was declared periodic, but its lattice vector is zero", axis_names[index]));
    }
  }
  return periodic;
}

std::string Periodicity::to_string() const { return axes_ ? axes_to_string(*axes_) : "auto"; }

std::string axes_to_string(const std::array<bool, 3>& periodic) {
  std::string text;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (periodic[axis]) text += axis_names[axis];
  }
  return text.empty() ? "none" : text;
}

}  // namespace forcewire
