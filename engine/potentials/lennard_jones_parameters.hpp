#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/potentials/lennard_jones_pair.hpp"
#include "engine/potentials/options.hpp"

namespace forcewire {

/// Are pairs beyond the cutoff corrected for?
enum class TailWish {
  automatic,  ///< when all three axes are periodic
  yes,        ///< and a request that is not fully periodic is refused
  no,
};

/// All that defines a Lennard-Jones model.
struct LennardJonesParameters {
  /// Keys of the model's options; the first three may be given as bare values.
  static constexpr std::array<std::string_view, 7> option_keys = {
      "sigma", "epsilon", "cutoff", "truncation", "switch-on", "tail", "parameters"};
  static constexpr std::size_t bare_options = 3;

  Truncation truncation = Truncation::none;
  TailWish tail = TailWish::automatic;
  std::vector<std::string> species;     ///< names by index; empty: one species without a name
  std::vector<LennardJonesPair> pairs;  ///< species_count() x species_count(), symmetric, row-major

  int species_count() const { return species.empty() ? 1 : static_cast<int>(species.size()); }

  const LennardJonesPair& pair(int a, int b) const {
    return pairs[static_cast<std::size_t>(a * species_count() + b)];
  }
};

/// Reads the parameters from the options `sigma,epsilon,cutoff` (one species), or from the file
/// that the option `parameters` names (`LennardJonesTable`), whose species are those among
/// `symbols` in the order they first occur there.
///
/// @param symbols species of each atom; may be empty when the file knows one species only
/// @throws ModelError when an option or an entry of the file is missing, wrong or contradicts
///         another, when the file has no entry for a symbol, or when it needs symbols and has none
LennardJonesParameters read_lennard_jones_parameters(const ModelOptions& options,
                                                     std::span<const std::string> symbols);

}  // namespace forcewire
