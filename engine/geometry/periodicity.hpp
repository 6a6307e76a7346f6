#pragma once

#include <Eigen/Core>
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace forcewire {

/// Which lattice vectors repeat the structure, as the user wants it.
class Periodicity {
 public:
  /// `auto`: an axis is periodic when its lattice vector is not zero.
  Periodicity() = default;

  /// Reads `auto`, `none`, or a subset of `abc`.
  /// @throws std::invalid_argument when `text` is none of these
  static Periodicity parse(std::string_view text);

  /// The periodic axes of a cell whose rows are `lattice_vectors` [bohr].
  /// @throws InvalidStructure when an axis the user named has a zero lattice vector
  std::array<bool, 3> resolve(const Eigen::Matrix3d& lattice_vectors) const;

  bool is_auto() const { return !axes_; }

  /// `auto`, `none` or the axes, as `parse` reads it.
  std::string to_string() const;

 private:
  std::optional<std::array<bool, 3>> axes_;  // nothing for `auto`
};

/// Periodic axes as text: `abc`, `ab`, ..., `none`.
std::string axes_to_string(const std::array<bool, 3>& periodic);

}  // namespace forcewire
