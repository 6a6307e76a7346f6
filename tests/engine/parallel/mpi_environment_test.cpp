// Each case is a process of its own: MPI is initialised once in the life of a process.

#include "engine/parallel/mpi_environment.hpp"

#include <gmock/gmock.h>
#include <mpi.h>
#include <unistd.h>

namespace forcewire {
namespace {

using testing::ExitedWithCode;

bool is_initialized() {
  int flag = 0;
  MPI_Initialized(&flag);
  return flag != 0;
}

bool is_finalized() {
  int flag = 0;
  MPI_Finalized(&flag);
  return flag != 0;
}

int no_arguments = 0;
char** no_argv = nullptr;

TEST(MpiEnvironment, InitializesAndFinalizes) {
  EXPECT_EXIT(
      {
        bool during = false;
        {
          const MpiEnvironment environment(no_arguments, no_argv);
          during = is_initialized() && !is_finalized();
        }
        ::_exit(during && is_finalized() ? 0 : 1);
      },
      ExitedWithCode(0), "");
}

TEST(MpiEnvironment, DoesNotFinalizeWhileAnExceptionUnwinds) {
  EXPECT_EXIT(
      {
        try {
          const MpiEnvironment environment(no_arguments, no_argv);
          throw 1;
        } catch (int) {
        }
        ::_exit(is_initialized() && !is_finalized() ? 0 : 1);
      },
      ExitedWithCode(0), "");
}

TEST(MpiEnvironment, AbortsWithAStatus) {
  EXPECT_EXIT(
      {
        const MpiEnvironment environment(no_arguments, no_argv);
        MpiEnvironment::abort(70);
      },
      ExitedWithCode(70), "");
}

TEST(MpiEnvironment, NamesTheLibraryInOneLine) {
  const std::string version = MpiEnvironment::library_version();
  EXPECT_FALSE(version.empty());
  EXPECT_EQ(version.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace forcewire
