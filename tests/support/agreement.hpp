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
/// To that come the `..._rounding` members of the reference. For atoms thousands of cells from the
/// origin, and for forces or energies that cancel to nothing, they are all that counts; for the
/// other structures of `all_kinds` they are at most one and a half times the 1e-12.
testing::AssertionResult agrees(const Result& result, const ReferenceResult& reference,
                                const Configuration& configuration);

/// Evaluates `configuration` and compares with `image_sum`.
testing::AssertionResult agrees_with_reference(Evaluator& evaluator, const ReferenceModel& model,
                                               const Configuration& configuration);

}  // namespace forcewire
