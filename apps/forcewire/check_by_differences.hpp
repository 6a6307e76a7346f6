#pragma once

#include "apps/forcewire/check_table.hpp"
#include "engine/geometry/periodicity.hpp"
#include "engine/parallel/evaluator.hpp"

namespace forcewire {

/// Compares forces and virial in `result` with finite differences of the engine's own energy, for
/// models of which no more is known.
///
/// The cost is bounded: of more than a few atoms a sample is displaced, and all in all there are no
/// more than 132 evaluations. A component that the differences cannot tell is not held against the
/// model: where the energy jumps nearby, or where rounding is all there is.
///
/// @param evaluator of the root; used for other structures, so that `structure` and `result` must
///        be outside its memory
/// @param periodicity that of the evaluator
/// @throws what `Evaluator::evaluate` throws, other than PotentialFailure, of which the report
/// tells
CheckReport check_by_differences(Evaluator& evaluator, const Structure& structure,
                                 const Periodicity& periodicity, const Result& result);

}  // namespace forcewire
