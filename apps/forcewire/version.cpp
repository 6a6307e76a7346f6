#include "apps/forcewire/version.hpp"

#include <fmt/format.h>

#include <Eigen/Core>

#include "engine/kernels/simd.hpp"
#include "engine/parallel/mpi_environment.hpp"

namespace forcewire {

std::string version_text() {
  return fmt::format(
      "forcewire {}\n"
      "  MPI    {}\n"
      "  Eigen  {}.{}.{}\n"
      "  SIMD   {}\n",
      FORCEWIRE_VERSION, MpiEnvironment::library_version(), EIGEN_WORLD_VERSION,
      EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION, simd_target());
}

}  // namespace forcewire
