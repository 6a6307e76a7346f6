#pragma once

#include <vector>

#include "engine/kernels/lennard_jones_kernel.hpp"
#include "engine/potentials/lennard_jones_parameters.hpp"
#include "engine/potentials/lennard_jones_tail.hpp"
#include "engine/potentials/potential.hpp"

namespace forcewire {

/// The Lennard-Jones potential (J. E. Lennard-Jones, Proc. Phys. Soc. 43, 461 (1931)),
/// u(r) = 4 epsilon ((sigma/r)^12 - (sigma/r)^6), of any number of species.
///
/// Truncation is the kernel's (`lennard_jones_kernel`), the correction for what it takes away
/// `LennardJonesTail`'s.
class LennardJones final : public Potential {
 public:
  /// @throws ModelError when sigma and epsilon are so large that sums of pairs leave the range of a
  ///         double
  explicit LennardJones(LennardJonesParameters parameters);

  double cutoff() const override { return cutoff_; }
  LocalSums compute(const LocalSystem& system, std::span<double> forces) override;
  TailCorrection tail(std::span<const std::int64_t> count, double volume) const override;
  std::optional<std::string> why_fully_periodic() const override;
  int species_count() const override { return parameters_.species_count(); }
  std::vector<std::pair<std::string, std::string>> description() const override;
  std::optional<double> pair_energy(int a, int b, double r) const override;

 private:
  LennardJonesParameters parameters_;
  std::vector<LennardJonesCoefficients> coefficients_;  // like parameters_.pairs
  std::vector<LennardJonesTail> tails_;                 // like parameters_.pairs
  double cutoff_ = 0;                                   // the largest of all pairs
};

}  // namespace forcewire
