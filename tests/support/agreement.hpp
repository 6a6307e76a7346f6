#pragma once

#include <gtest/gtest.h>

#include "engine/parallel/evaluator.hpp"
#include "support/reference.hpp"
#include "support/structures.hpp"

namespace forcewire {

/// Are energy, forces and virial those of the reference, to 1e-12?
///
/// Relative means: forces to the largest force on an atom, the energy to the sum of |u| over pairs
/// (which is what a sum of that many terms can be exact to), the virial to the sum of |r| |f|.
///
/// To that come the `..._rounding` members of the reference, which matter when atoms are far from
/// the origin, and for a few atoms whose pair energies vanish; they are less than the 1e-12 for all
/// else.
testing::AssertionResult agrees(const Result& result, const ReferenceResult& reference,
                                const Configuration& configuration);

/// Evaluates `configuration` and compares with `image_sum`.
testing::AssertionResult agrees_with_reference(Evaluator& evaluator, const ReferenceModel& model,
                                               const Configuration& configuration);

}  // namespace forcewire
