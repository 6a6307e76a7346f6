#include "apps/forcewire/groups.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "apps/forcewire/usage_error.hpp"

namespace forcewire {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

CommandLine with(std::optional<int> groups, std::optional<int> ranks_per_group) {
  CommandLine command;
  command.groups = groups;
  command.ranks_per_group = ranks_per_group;
  return command;
}

std::string complaint(const CommandLine& command, int ranks) {
  try {
    check_groups(command, ranks);
  } catch (const UsageError& error) {
    return error.what();
  }
  return {};
}

TEST(Groups, OfWhatThereIs) {
  EXPECT_EQ(complaint(with({}, {}), 4), "");
  EXPECT_EQ(complaint(with(4, {}), 4), "");
  EXPECT_EQ(complaint(with(3, {}), 4), "");  // of two ranks, one and one
  EXPECT_THAT(complaint(with(5, {}), 4),
              AllOf(HasSubstr("--groups"), HasSubstr("1 to 4"), HasSubstr("got 5")));
  EXPECT_EQ(complaint(with({}, 2), 4), "");
  EXPECT_THAT(complaint(with({}, 3), 4),
              AllOf(HasSubstr("4 ranks"), HasSubstr("--ranks-per-group"), HasSubstr("got 3")));
  EXPECT_THAT(complaint(with({}, 8), 4), HasSubstr("got 8"));
}

TEST(Groups, EachNeedsStatisticsOfItsOwn) {
  CommandLine command = with(2, {});
  command.stats_file = "stats.json";
  EXPECT_THAT(complaint(command, 4), AllOf(HasSubstr("--stats"), HasSubstr("stats.json")));
  command.stats_file = "stats-{group}.json";
  EXPECT_EQ(complaint(command, 4), "");
  for (CommandLine one_group : {with({}, {}), with(1, {}), with({}, 4)}) {
    one_group.stats_file = "stats.json";
    EXPECT_EQ(complaint(one_group, 4), "");
  }
}

TEST(Groups, EachFindsItsNumberInNames) {
  CommandLine command;
  command.endpoint = UnixEndpoint{"/tmp/ipi_bead{group}"};
  command.stop_file = "run{group}/STOP{group}";
  command.stats_file = "stats-{group}.json";
  const CommandLine third = command_of_group(command, 3);
  EXPECT_EQ(to_string(third.endpoint), "/tmp/ipi_bead3");
  EXPECT_EQ(third.stop_file, "run3/STOP3");
  EXPECT_EQ(third.stats_file, "stats-3.json");

  command.endpoint = TcpEndpoint{"node{group}", 31415};
  command.stop_file = std::nullopt;
  const CommandLine eleventh = command_of_group(command, 11);
  EXPECT_EQ(to_string(eleventh.endpoint), "node11:31415");
  EXPECT_FALSE(eleventh.stop_file);
}

TEST(Groups, AloneTheLaunchHasNoName) {
  const Communicator world = Communicator::self();
  CommandLine command = with({}, {});
  command.endpoint = UnixEndpoint{"/tmp/ipi_{group}"};
  Groups groups(world, command);
  EXPECT_EQ(groups.prefix(), "");
  EXPECT_EQ(&groups.own(), &world);
  EXPECT_TRUE(groups.sizes().empty());
  EXPECT_EQ(to_string(groups.command_for_own(command).endpoint), "/tmp/ipi_{group}");
  EXPECT_EQ(groups.why_to_leave(), "");
  EXPECT_EQ(groups.wait_for_all(ExitStatus::protocol), std::vector{ExitStatus::protocol});
}

TEST(Groups, StatusIsThatOfTheFirstThatFailed) {
  using Statuses = std::vector<ExitStatus>;
  const Statuses none{ExitStatus::success, ExitStatus::success};
  EXPECT_EQ(status_of_launch(none), ExitStatus::success);
  EXPECT_FALSE(failed_groups(none));

  const Statuses some{ExitStatus::success, ExitStatus::server_vanished, ExitStatus::success,
                      ExitStatus::no_connection};
  EXPECT_EQ(status_of_launch(some), ExitStatus::server_vanished);
  EXPECT_EQ(failed_groups(some), "2 of 4 groups failed: 2 (status 4), 4 (status 3)");

  const Statuses alone{ExitStatus::potential};
  EXPECT_EQ(status_of_launch(alone), ExitStatus::potential);
  EXPECT_FALSE(failed_groups(alone));  // its line has said it
}

}  // namespace
}  // namespace forcewire
