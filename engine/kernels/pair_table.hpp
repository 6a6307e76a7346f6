#pragma once

#include <bit>
#include <cstddef>

namespace forcewire {

/// What kernels look up for a pair of species a, b lies at double number
/// (a species + b) pair_table_stride(parameters) of a table:
///
/// - 1 / cutoff^2 [bohr^-2];
/// - what is taken off each pair's energy, if energies are shifted [hartree];
/// - the parameters of the pair function;
/// - room up to a power of two, so that a lane finds its pair by a shift.
constexpr std::size_t pair_table_stride(std::size_t parameters) {
  return std::bit_ceil(2 + parameters);
}

}  // namespace forcewire
