#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace forcewire {

/// Which lattice vectors repeat the structure.
class Periodicity {
 public:
  /// `auto`: an axis is periodic when its lattice vector is not zero.
  Periodicity() = default;

  /// Reads `auto`, `none`, or a subset of `abc`.
  /// @throws std::invalid_argument when `text` is none of these
  static Periodicity parse(std::string_view text);

  /// The axes that the user named; nothing for `auto`.
  const std::optional<std::array<bool, 3>>& axes() const { return axes_; }

 private:
  std::optional<std::array<bool, 3>> axes_;
};

}  // namespace forcewire
