#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/potentials/setting.hpp"

namespace forcewire {

/// How parameters of unlike species follow from those of the like ones. The rules of Lorentz and
/// Berthelot are in H. A. Lorentz, Ann. Phys. 248, 127 (1881), and D. Berthelot, C. R. Acad. Sci.
/// 126, 1703 (1898).
enum class Mixing {
  lorentz_berthelot,  ///< sigma: arithmetic mean, epsilon: geometric mean
  geometric,          ///< both: geometric mean
  explicit_pairs,     ///< they do not: the file gives each
};

/// A TOML file of Lennard-Jones parameters, as it stands there: nothing is combined yet.
///
///     mixing = "lorentz-berthelot"     # or "geometric", "explicit"
///     cutoff = "10 angstrom"           # of all pairs; truncation, switch-on, tail likewise
///     [species.Ar]
///     sigma = "3.405 angstrom"         # text with a unit, or a number in atomic units
///     epsilon = "119.8 K"
///     [pair.Ar-Kr]                     # what differs for this pair:
///     epsilon = "138 K"                # sigma, epsilon, cutoff, switch-on
struct LennardJonesTable {
  struct Species {
    Setting sigma;
    Setting epsilon;
  };
  struct Pair {
    std::string origin;  ///< `argon.toml:7: pair.Ar-Kr`
    std::optional<Setting> sigma;
    std::optional<Setting> epsilon;
    std::optional<Setting> cutoff;
    std::optional<Setting> switch_on;
  };
  using SpeciesPair = std::pair<std::string, std::string>;  ///< in alphabetical order

  std::string path;
  Mixing mixing = Mixing::lorentz_berthelot;
  std::optional<Setting> cutoff;
  std::optional<Setting> truncation;
  std::optional<Setting> switch_on;
  std::optional<Setting> tail;
  std::map<std::string, Species, std::less<>> species;
  std::map<SpeciesPair, Pair> pairs;

  /// @throws ModelError when the file cannot be read or is no TOML, has unknown keys, a species
  ///         without sigma or epsilon, a pair of unknown species or twice, or a pair of like
  ///         species with a sigma or epsilon; the text begins with `FILE:LINE:`
  static LennardJonesTable read(const std::string& path);

  /// What the file says of this pair in particular; nothing is set when it has no entry.
  Pair pair(std::string_view a, std::string_view b) const;
};

}  // namespace forcewire
