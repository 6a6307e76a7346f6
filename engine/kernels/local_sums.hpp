#pragma once

#include <Eigen/Core>

#include "engine/kernels/pair_sums.hpp"

namespace forcewire {

/// Energy and virial that one rank contributes.
struct LocalSums {
  double energy = 0;                                 ///< [hartree]
  Eigen::Matrix3d virial = Eigen::Matrix3d::Zero();  ///< [hartree]
};

inline LocalSums to_local_sums(const PairSums& sums) {
  LocalSums result;
  result.energy = sums.energy;
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) result.virial(i, j) = sums.virial[i][j];
  }
  return result;
}

}  // namespace forcewire
