#include "support/agreement.hpp"

#include <cmath>

namespace forcewire {

namespace {

constexpr long double relative = 1e-12L;

}  // namespace

testing::AssertionResult agrees(const Result& result, const ReferenceResult& reference,
                                const Configuration& configuration) {
  const long double energy_error = std::abs(result.energy - reference.energy);
  const long double energy_allowed = relative * reference.energy_scale + reference.energy_rounding;
  if (!(energy_error <= energy_allowed)) {
    return testing::AssertionFailure()
           << configuration << "\nenergy " << result.energy << ", expected " << reference.energy
           << ", error " << energy_error << ", allowed " << energy_allowed;
  }

  if (result.forces.size() != 3 * reference.forces.size()) {
    return testing::AssertionFailure()
           << configuration << "\n"
           << result.forces.size() << " force components, expected " << 3 * reference.forces.size();
  }
  for (std::size_t atom = 0; atom < reference.forces.size(); ++atom) {
    const LongVector force =
        Eigen::Map<const Eigen::Vector3d>(&result.forces[3 * atom]).cast<long double>();
    const long double allowed = relative * reference.force_scale + reference.force_rounding[atom];
    const long double error = (force - reference.forces[atom]).norm();
    if (!(error <= allowed)) {
      return testing::AssertionFailure()
             << configuration << "\nforce on atom " << atom << " at "
             << configuration.position(atom).transpose() << " is " << force.transpose()
             << ", expected " << reference.forces[atom].transpose() << ", error " << error
             << ", allowed " << allowed << " (largest force " << reference.force_scale << ")";
    }
  }

  const long double virial_error =
      (result.virial.cast<long double>() - reference.virial).cwiseAbs().maxCoeff();
  const long double virial_allowed = relative * reference.virial_scale + reference.virial_rounding;
  if (!(virial_error <= virial_allowed)) {
    return testing::AssertionFailure()
           << configuration << "\nvirial\n"
           << result.virial << "\nexpected\n"
           << reference.virial << "\nerror " << virial_error << ", allowed " << virial_allowed;
  }
  return testing::AssertionSuccess();
}

testing::AssertionResult agrees_with_reference(Evaluator& evaluator, const ReferenceModel& model,
                                               const Configuration& configuration) {
  return agrees(
      evaluator.evaluate(configuration.structure()),
      image_sum(model, configuration.cell, configuration.positions, configuration.species),
      configuration);
}

}  // namespace forcewire
