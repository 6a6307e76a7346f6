#pragma once

#include <memory>

#include "engine/potentials/potential.hpp"
#include "support/reference.hpp"

namespace forcewire {

/// The engine's own potential with the parameters of `model`, without tail correction. All pairs of
/// species must have one truncation.
std::unique_ptr<Potential> engine_potential(const ReferenceModel& model);

/// The same pairs as a many-body potential, which sees single atoms: from a half list, or from a
/// whole one that ghosts have as well.
std::unique_ptr<Potential> many_body_potential(const ReferenceModel& model, bool half);

/// Argon (A. Rahman, Phys. Rev. 136, A405 (1964): sigma 3.4 angstrom, epsilon 120 K), cut at
/// 2.5 sigma; a smooth end begins at 2 sigma.
ReferencePair argon(Truncation truncation = Truncation::none);

/// Three species of different size, depth and cutoff.
ReferenceModel mixture(Truncation truncation = Truncation::none);

}  // namespace forcewire
