// The main function of GoogleTest programs that run under MPI.
//
// All ranks run the same tests in the same order. Rank 0 reports as GoogleTest always does; the
// other ranks say only what failed, each line with the rank in front. A failure on any rank is the
// failure of the program on all ranks, so that mpirun cannot mistake it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mpi.h>

#include <exception>
#include <iostream>
#include <sstream>
#include <string>

namespace {

/// Prints failures only, line by line behind the rank, in one write so that ranks do not mix.
class FailurePrinter : public testing::EmptyTestEventListener {
 public:
  explicit FailurePrinter(int rank) : prefix_("[rank " + std::to_string(rank) + "] ") {}

 private:
  void OnTestStart(const testing::TestInfo& test) override {
    test_ = std::string(test.test_suite_name()) + '.' + test.name();
  }

  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) return;
    std::ostringstream report;
    report << prefix_ << test_ << '\n'
           << prefix_ << (result.file_name() != nullptr ? result.file_name() : "unknown file")
           << ':' << result.line_number() << ": failure\n";
    std::istringstream message(result.message());
    for (std::string line; std::getline(message, line);) report << prefix_ << line << '\n';
    std::cerr << report.str() << std::flush;
  }

  std::string prefix_;
  std::string test_;
};

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int rank = 0;
  int size = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);

  testing::InitGoogleMock(&argc, argv);
  // A rank that left a test by an exception is out of step with the others for good: there is
  // nothing to go on with, and the catch below ends them all.
  if (size > 1) GTEST_FLAG_SET(catch_exceptions, false);
  if (rank != 0) {
    GTEST_FLAG_SET(output, "");  // a report file is written by one rank, not by all at once
    testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new FailurePrinter(rank));
  }

  int passed = 0;
  try {
    passed = RUN_ALL_TESTS() == 0 ? 1 : 0;
  } catch (const std::exception& error) {
    // The other ranks may be waiting for this one in a collective: only an abort reaches them.
    std::ostringstream report;
    report << "[rank " << rank << "] exception ";
    const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
    if (test != nullptr) report << "in " << test->test_suite_name() << '.' << test->name() << ' ';
    report << "ends all ranks: " << error.what() << '\n';
    std::cerr << report.str() << std::flush;
    MPI_Abort(MPI_COMM_WORLD, 1);
  }

  MPI_Allreduce(MPI_IN_PLACE, &passed, 1, MPI_INT, MPI_LAND, MPI_COMM_WORLD);
  MPI_Finalize();
  return passed != 0 ? 0 : 1;
}
