#include "engine/parallel/mpi_error.hpp"

#include <gmock/gmock.h>
#include <mpi.h>

namespace forcewire {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(MpiError, SaysWhichFunctionFailedAndWhy) {
  const MpiError error("MPI_Bcast", MPI_ERR_ROOT);
  EXPECT_THAT(error.what(), StartsWith("MPI_Bcast failed: "));
  EXPECT_THAT(error.what(), HasSubstr("root"));
  EXPECT_EQ(error.code(), MPI_ERR_ROOT);
}

TEST(CheckMpi, ThrowsOnlyWhenTheCallFailed) {
  EXPECT_NO_THROW(check_mpi(MPI_SUCCESS, "MPI_Bcast"));
  EXPECT_THROW(check_mpi(MPI_ERR_COUNT, "MPI_Bcast"), MpiError);
}

}  // namespace
}  // namespace forcewire
