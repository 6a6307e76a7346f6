#pragma once

#include <Eigen/Core>

namespace forcewire {

/// Energy and virial that one rank contributes.
struct LocalSums {
  double energy = 0;                                 ///< [hartree]
  Eigen::Matrix3d virial = Eigen::Matrix3d::Zero();  ///< [hartree]
};

}  // namespace forcewire
