#pragma once

namespace forcewire {

/// Energy and virial of one rank's pairs. Plain numbers: potentials outside of our tree, which know
/// no Eigen, get them, too.
struct PairSums {
  double energy;        ///< [hartree]
  double virial[3][3];  ///< [hartree]
};

}  // namespace forcewire
