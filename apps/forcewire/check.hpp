#pragma once

#include <cstdint>
#include <span>

#include "apps/forcewire/check_table.hpp"
#include "engine/geometry/cell.hpp"
#include "engine/parallel/evaluator.hpp"
#include "engine/potentials/potential.hpp"

namespace forcewire {

/// Can `check_result` check this model? If not, `check_by_differences` can.
bool has_pair_energies(const Potential& potential);

/// Compares `result` with brute force and finite differences (`BruteForce`).
///
/// The cost is bounded: of a large system only a sample of atoms is compared, and energy and
/// virial, which need all pairs, are not.
///
/// @param species of each atom; empty = all of species 0
/// @param budget how many distances may be looked at; the default takes a few seconds
CheckReport check_result(const Structure& structure, const Cell& cell,
                         std::span<const std::int32_t> species, const Potential& potential,
                         const Result& result, double budget = 1e8);

}  // namespace forcewire
