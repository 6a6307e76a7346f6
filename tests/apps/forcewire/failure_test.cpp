#include "apps/forcewire/failure.hpp"

#include <gmock/gmock.h>

#include <new>
#include <stdexcept>

#include "apps/forcewire/usage_error.hpp"
#include "engine/geometry/invalid_structure.hpp"
#include "engine/parallel/mpi_error.hpp"
#include "engine/potentials/errors.hpp"
#include "socket/error.hpp"

namespace forcewire {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

template <class Exception>
Failure failure_of(const Exception& exception) {
  return to_failure(std::make_exception_ptr(exception));
}

TEST(Failure, EveryExceptionHasItsStatus) {
  EXPECT_EQ(failure_of(UsageError("x")).status, ExitStatus::usage);
  EXPECT_EQ(failure_of(ModelError("x")).status, ExitStatus::usage);
  EXPECT_EQ(failure_of(ConnectError(ConnectError::Kind::nobody_listens, UnixEndpoint{"x"}, "no",
                                    "none", "Wait."))
                .status,
            ExitStatus::no_connection);
  EXPECT_EQ(failure_of(NoContact(std::chrono::seconds(1))).status, ExitStatus::no_connection);
  EXPECT_EQ(failure_of(PeerError(PeerError::Kind::reset, "then", 2, 1)).status,
            ExitStatus::server_vanished);
  EXPECT_EQ(failure_of(ProtocolError("here", "this", "that")).status, ExitStatus::protocol);
  EXPECT_EQ(failure_of(TooManyAtoms(4, 5)).status, ExitStatus::protocol);
  EXPECT_EQ(failure_of(InvalidStructure("x")).status, ExitStatus::potential);
  EXPECT_EQ(failure_of(PotentialFailure(PotentialFailure::Kind::result, "x")).status,
            ExitStatus::potential);
  EXPECT_EQ(failure_of(std::bad_alloc()).status, ExitStatus::potential);
  EXPECT_EQ(failure_of(std::logic_error("x")).status, ExitStatus::internal);
  EXPECT_EQ(failure_of(42).status, ExitStatus::internal);
}

TEST(Failure, TextsEndWithAdvice) {
  EXPECT_THAT(failure_of(ModelError("no such option")).text,
              HasSubstr("no such option. See forcewire --list-models."));
  EXPECT_THAT(failure_of(std::logic_error("oops")).text, HasSubstr("Please report"));
}

TEST(Failure, MoreAtomsThanAllowedCanBeAllowed) {
  EXPECT_THAT(failure_of(TooManyAtoms(1000, 1234)).text,
              AllOf(HasSubstr("expected 1 to 1000, got 1234"), EndsWith("--max-atoms 1234.")));
  EXPECT_THAT(failure_of(ProtocolError("the number of atoms", "1 to 1000", "-1")).text,
              Not(HasSubstr("--max-atoms")));
}

TEST(Failure, AdviceFitsTheKindOfThePotentialsFailure) {
  using Kind = PotentialFailure::Kind;
  const auto text = [](Kind kind) { return failure_of(PotentialFailure(kind, "it failed")).text; };
  EXPECT_THAT(text(Kind::structure), HasSubstr("it failed. Look at the structure"));
  EXPECT_THAT(text(Kind::result), HasSubstr("it failed. Look at the structure"));
  EXPECT_THAT(text(Kind::exception), HasSubstr("it failed. Look at the options and files"));
  EXPECT_THAT(text(Kind::memory), HasSubstr("it failed. Use fewer atoms"));
  EXPECT_THAT(failure_of(std::bad_alloc()).text, HasSubstr("Use fewer atoms"));
}

TEST(Failure, OneLine) {
  EXPECT_EQ(error_line({ExitStatus::usage, "a\nb. Do c."}), "forcewire: error: a b. Do c.\n");
  EXPECT_EQ(error_line({ExitStatus::usage, "a\r\x1b[2Jb\x7f\u00e9"}),
            "forcewire: error: a  [2Jb \u00e9\n");
}

}  // namespace
}  // namespace forcewire
