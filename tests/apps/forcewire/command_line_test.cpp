#include "apps/forcewire/command_line.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "apps/forcewire/usage_error.hpp"
#include "engine/potentials/errors.hpp"

namespace forcewire {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

auto parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "forcewire");
  return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

CommandLine understand(const std::vector<const char*>& arguments) {
  return std::get<CommandLine>(parse(arguments));
}

std::string page(const std::vector<const char*>& arguments) {
  return std::get<Page>(parse(arguments)).text;
}

std::string complaint(const std::vector<const char*>& arguments) {
  try {
    parse(arguments);
  } catch (const UsageError& error) {
    return error.what();
  }
  ADD_FAILURE() << "no UsageError";
  return {};
}

std::string where(const std::vector<const char*>& arguments) {
  return to_string(understand(arguments).endpoint);
}

/// An environment variable for the length of a test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

TEST(CommandLine, OnDisconnect) {
  EXPECT_EQ(understand({"-m", "lj", "--on-disconnect", "reconnect"}).on_disconnect,
            OnDisconnect::reconnect);
  EXPECT_EQ(understand({"-m", "lj", "--on-disconnect", "exit"}).on_disconnect, OnDisconnect::exit);
  EXPECT_THAT(complaint({"-m", "lj", "--on-disconnect", "wait"}),
              AllOf(HasSubstr("exit or reconnect"), HasSubstr("\"wait\"")));
}

TEST(CommandLine, Defaults) {
  const CommandLine command = understand({"-m", "lj"});
  EXPECT_EQ(to_string(command.endpoint), "localhost:31415");
  EXPECT_TRUE(std::holds_alternative<TcpEndpoint>(command.endpoint));
  EXPECT_EQ(command.periodicity.to_string(), "auto");
  EXPECT_EQ(command.model, "lj");
  EXPECT_EQ(command.model_options, "");
  EXPECT_FALSE(command.template_file);
  EXPECT_EQ(command.max_atoms, 10'000'000);
  EXPECT_EQ(command.wait, 60s);
  EXPECT_EQ(command.timeout, 60s);
  EXPECT_FALSE(command.idle_timeout);
  EXPECT_FALSE(command.max_time);
  EXPECT_FALSE(command.stop_file);
  EXPECT_EQ(command.on_disconnect, OnDisconnect::exit);
  EXPECT_EQ(command.idle, Idle::automatic);
  EXPECT_FALSE(command.reproducible);
  EXPECT_FALSE(command.check);
  EXPECT_EQ(command.verbosity, Verbosity::normal);
}

TEST(CommandLine, EverythingAtOnce) {
  const CommandLine command = understand(
      {"--address",      "node7",    "--port",      "4000",  "--periodic",     "ab",
       "--model",        "lj",       "--options",   "1,2,3", "--template",     "start.xyz",
       "--wait",         "0.5",      "--timeout",   "1e1",   "--idle-timeout", "3600",
       "--max-seconds",  "86000.25", "--stop-file", "STOP",  "--check",        "--verbose",
       "--reproducible", "--stats",  "stats.json"});
  EXPECT_EQ(to_string(command.endpoint), "node7:4000");
  EXPECT_EQ(command.periodicity.to_string(), "ab");
  EXPECT_EQ(command.model_options, "1,2,3");
  EXPECT_EQ(command.template_file, "start.xyz");
  EXPECT_EQ(command.wait, 500ms);
  EXPECT_EQ(command.timeout, 10s);
  EXPECT_EQ(command.idle_timeout, 1h);
  EXPECT_EQ(command.max_time, 86000s + 250ms);
  EXPECT_EQ(command.stop_file, "STOP");
  EXPECT_TRUE(command.reproducible);
  EXPECT_TRUE(command.check);
  EXPECT_EQ(command.verbosity, Verbosity::progress);
  EXPECT_EQ(command.stats_file, "stats.json");
}

// The ways in which scripts call `i-pi-driver -m lj`.
TEST(CommandLine, DropInForTheDriverOfIPi) {
  EXPECT_EQ(where({"-u", "-a", "argon", "-m", "lj", "-o", "1,2,3"}), "/tmp/ipi_argon");
  EXPECT_EQ(where({"-m", "lj", "-o", "1,2,3", "-a", "argon", "-u"}), "/tmp/ipi_argon");
  EXPECT_EQ(where({"-u", "-h", "argon", "-m", "lj"}), "/tmp/ipi_argon");
  EXPECT_EQ(where({"-u", "-m", "lj"}), "/tmp/ipi_localhost");
  EXPECT_EQ(where({"-u", "-a", "argon", "-S", "/scratch/", "-m", "lj"}), "/scratch/argon");
  EXPECT_EQ(where({"-u", "-p", "31415", "-a", "argon", "-m", "lj"}), "/tmp/ipi_argon");
  EXPECT_EQ(where({"-a", "node7", "-p", "4000", "-m", "lj"}), "node7:4000");
  EXPECT_EQ(where({"-a", "one", "-a", "two", "-m", "lj"}), "two:31415");
}

TEST(CommandLine, AddressesOfAllKinds) {
  EXPECT_EQ(where({"-u", "-a", "/scratch/socket", "-m", "lj"}), "/scratch/socket");
  EXPECT_EQ(where({"-a", "::1", "-m", "lj"}), "[::1]:31415");
  EXPECT_EQ(where({"-a", "[::1]", "-p", "80", "-m", "lj"}), "[::1]:80");
}

TEST(CommandLine, EnvironmentVariablesAreDefaults) {
  const Variable address("FORCEWIRE_ADDRESS", "node8");
  const Variable port("FORCEWIRE_PORT", "4001");
  const Variable prefix("FORCEWIRE_SOCKETS_PREFIX", "/scratch/fw_");
  EXPECT_EQ(where({"-m", "lj"}), "node8:4001");
  EXPECT_EQ(where({"-u", "-m", "lj"}), "/scratch/fw_node8");
  EXPECT_EQ(where({"-u", "-a", "mine", "-S", "/tmp/x_", "-m", "lj"}), "/tmp/x_mine");
  EXPECT_EQ(where({"-a", "mine", "-p", "5", "-m", "lj"}), "mine:5");
}

TEST(CommandLine, ModelOptionsHoweverTheShellCutsThem) {
  EXPECT_EQ(understand({"-m", "lj", "-o", "1,2,3"}).model_options, "1,2,3");
  EXPECT_EQ(understand({"-m", "lj", "-o", "1,", "2,", "3"}).model_options, "1,2,3");
  EXPECT_EQ(understand({"-m", "lj", "-o", "1", "2", "3"}).model_options, "1,2,3");
  EXPECT_EQ(understand({"-m", "lj", "-o", "a=1", "-o", "b=2", "-v"}).model_options, "a=1,b=2");
  EXPECT_EQ(understand({"-m", "lj", "-o", "a=1, b=2"}).model_options, "a=1, b=2");
  EXPECT_EQ(understand({"-m", "lj", "-o", "-1,2,3"}).model_options, "-1,2,3");
  EXPECT_EQ(understand({"-m", "lj", "-o", "[1,2]", "3"}).model_options, "[1,2],3");
}

TEST(CommandLine, NumbersOfAtoms) {
  EXPECT_EQ(understand({"-m", "lj", "--max-atoms", "1"}).max_atoms, 1);
  EXPECT_EQ(understand({"-m", "lj", "--max-atoms", "2e7"}).max_atoms, 20'000'000);
  EXPECT_EQ(understand({"-m", "lj", "--max-atoms", "2147483647"}).max_atoms, 2147483647);
  for (const char* number : {"0", "-1", "1.5", "2147483648", "1e300", "inf", "nan", "many", "5 "}) {
    EXPECT_THAT(complaint({"-m", "lj", "--max-atoms", number}),
                AllOf(HasSubstr("--max-atoms"), HasSubstr("1 to 2147483647"),
                      HasSubstr('"' + std::string(number) + '"')));
  }
}

TEST(CommandLine, Verbosity) {
  EXPECT_EQ(understand({"-m", "lj", "-v"}).verbosity, Verbosity::progress);
  EXPECT_EQ(understand({"-m", "lj", "-vv"}).verbosity, Verbosity::requests);
  EXPECT_EQ(understand({"-m", "lj", "-v", "-v", "-v"}).verbosity, Verbosity::requests);
  EXPECT_EQ(understand({"-m", "lj", "-q"}).verbosity, Verbosity::quiet);
  for (const char* count : {"--verbose=2", "--verbose=99999999999999999999"}) {
    EXPECT_THAT(complaint({"-m", "lj", count}), HasSubstr("verbose"));
  }
}

TEST(CommandLine, GroupsOfRanks) {
  EXPECT_FALSE(understand({"-m", "lj"}).groups);
  EXPECT_FALSE(understand({"-m", "lj"}).fail_fast);
  const CommandLine groups = understand({"-m", "lj", "--groups", "4", "--fail-fast"});
  EXPECT_EQ(groups.groups, 4);
  EXPECT_FALSE(groups.ranks_per_group);
  EXPECT_TRUE(groups.fail_fast);
  const CommandLine equal = understand({"-m", "lj", "--ranks-per-group", "2"});
  EXPECT_EQ(equal.ranks_per_group, 2);
  EXPECT_FALSE(equal.groups);
  for (const char* count : {"", "0", "-1", "two", "2x", "1.5", "99999999999"}) {
    for (const char* option : {"--groups", "--ranks-per-group"}) {
      EXPECT_THAT(complaint({"-m", "lj", option, count}),
                  AllOf(HasSubstr(option), HasSubstr('"' + std::string(count) + '"')));
    }
  }
  EXPECT_THAT(complaint({"-m", "lj", "--groups", "2", "--ranks-per-group", "2"}),
              AllOf(HasSubstr("--groups or --ranks-per-group"), HasSubstr("got both")));
}

TEST(CommandLine, WaysToWait) {
  EXPECT_EQ(understand({"-m", "lj", "--idle", "spin"}).idle, Idle::spin);
  EXPECT_EQ(understand({"-m", "lj", "--idle", "auto"}).idle, Idle::automatic);
  EXPECT_EQ(understand({"-m", "lj", "--idle", "sleep"}).idle, Idle::sleep);
  EXPECT_THAT(page({"--help"}), AllOf(HasSubstr("--idle HOW"), Not(HasSubstr("--pretended"))));
}

TEST(CommandLine, TimeSpansBeyondTheClock) {
  EXPECT_GT(understand({"-m", "lj", "--wait", "1e300"}).wait, 24h * 365);
  EXPECT_GT(understand({"-m", "lj", "--wait", "inf"}).wait, 24h * 365);
}

TEST(CommandLine, ComplaintsSayWhereWhatAndHow) {
  EXPECT_THAT(complaint({}), HasSubstr("forcewire --help"));
  EXPECT_THAT(complaint({"-u"}), AllOf(HasSubstr("-m NAME"), HasSubstr("lj")));
  EXPECT_THAT(complaint({"-m", "lj", "--shm"}), HasSubstr("--shm"));
  EXPECT_THAT(complaint({"-m", "lj", "argon"}), HasSubstr("argon"));
  EXPECT_THAT(complaint({"-m", "lj", "--wait"}), HasSubstr("--wait"));
  EXPECT_THAT(complaint({"-m", "lj", "-a", ""}), HasSubstr("empty address"));
  EXPECT_THAT(complaint({"-m", "lj", "--pretended-nodes"}), HasSubstr("--pretended-nodes"));
  for (const char* nodes : {"", "0", "-1", "two", "99999999999"}) {
    EXPECT_THAT(complaint({"-m", "lj", "--pretended-nodes", nodes}),
                AllOf(HasSubstr("--pretended-nodes"), HasSubstr('"' + std::string(nodes) + '"')));
  }
  for (const char* option : {"--stop-file", "--stats"}) {
    EXPECT_THAT(complaint({"-m", "lj", option, ""}),
                AllOf(HasSubstr("empty file name"), HasSubstr(option)));
  }
  EXPECT_THAT(complaint({"-m", "lj", "--periodic", "abd"}),
              AllOf(HasSubstr("--periodic"), HasSubstr("\"abd\""), HasSubstr("subset of abc")));
  EXPECT_THAT(complaint({"-m", "lj", "-a", "localhost:31415"}),
              AllOf(HasSubstr("localhost:31415"), HasSubstr("-p")));
  EXPECT_THAT(complaint({"-m", "lj", "--idle", "nap"}),
              AllOf(HasSubstr("--idle"), HasSubstr("\"nap\""), HasSubstr("spin, auto or sleep")));
  for (const char* port : {"0", "-1", "65536", "80x", "", "99999999999"}) {
    EXPECT_THAT(complaint({"-m", "lj", "-p", port}),
                AllOf(HasSubstr("1 to 65535"), HasSubstr('"' + std::string(port) + '"')));
  }
  for (const char* seconds : {"-1", "soon", "1m", "nan"}) {
    EXPECT_THAT(complaint({"-m", "lj", "--max-seconds", seconds}),
                AllOf(HasSubstr("--max-seconds"), HasSubstr('"' + std::string(seconds) + '"')));
  }
}

TEST(CommandLine, HelpTeaches) {
  const std::string help = page({"--help"});
  for (const char* word : {"--unix",
                           "--address",
                           "--port",
                           "--sockets-prefix",
                           "--periodic",
                           "--model",
                           "--options",
                           "--template",
                           "--wait",
                           "--timeout",
                           "--max-atoms",
                           "--max-seconds",
                           "--stop-file",
                           "--groups",
                           "--ranks-per-group",
                           "--fail-fast",
                           "{group}",
                           "--check",
                           "--stats",
                           "--verbose",
                           "FORCEWIRE_ADDRESS",
                           "i-pi-driver",
                           "SocketIOCalculator",
                           "srun",
                           "Exit status:",
                           "sigma"}) {
    EXPECT_THAT(help, HasSubstr(word));
  }
  for (const char* word : {"Hidden", "--pretended-nodes", "  -h", "\n\n\n"}) {
    EXPECT_THAT(help, Not(HasSubstr(word)));
  }
  EXPECT_EQ(page({"-h"}), help);
  EXPECT_EQ(page({"-u", "-h"}), help);
}

TEST(CommandLine, HelpBehindAModelIsThatOfTheModel) {
  const std::string help = page({"-m", "morse", "--help"});
  EXPECT_THAT(help, AllOf(HasSubstr("depth=ENERGY"), HasSubstr("P. M. Morse"),
                          Not(HasSubstr("--address")), Not(HasSubstr("Lennard"))));
  EXPECT_THAT(page({"-h", "-m", "lj"}), HasSubstr("sigma=LENGTH"));
  EXPECT_THROW(page({"-m", "mors", "--help"}), ModelError);
}

TEST(CommandLine, HelpFitsIntoAHundredColumns) {
  std::size_t longest = 0;
  std::size_t column = 0;
  for (const char c : page({"--help"}) + page({"--list-models"})) {
    column = c == '\n' ? 0 : column + 1;
    longest = std::max(longest, column);
  }
  EXPECT_LE(longest, 100U);
}

TEST(CommandLine, HelpTellsTheMemoryThatReadmeTells) {
  std::ostringstream readme;
  readme << std::ifstream(FORCEWIRE_README).rdbuf();
  const std::string table = readme.str();
  const std::string help = std::regex_replace(page({"--help"}), std::regex("\\s+"), " ");
  for (const std::string row : {"list of a pair potential", "list atom by atom"}) {
    // From the fewest atoms to the most, and with the largest figure first.
    const std::regex figures("\\| " + row + "[^|]*\\| ([0-9.]+) kB \\|.*\\| ([0-9.]+) kB \\|\n");
    std::smatch found;
    ASSERT_TRUE(std::regex_search(table, found, figures)) << row;
    EXPECT_THAT(help, HasSubstr(found.str(2) + " to " + found.str(1) + " kB"));
  }
}

TEST(CommandLine, OtherPages) {
  EXPECT_THAT(page({"--version"}), AllOf(HasSubstr("forcewire "), HasSubstr("MPI"),
                                         HasSubstr("Eigen  3."), HasSubstr("SIMD")));
  EXPECT_THAT(page({"--list-models"}), AllOf(HasSubstr("lj"), HasSubstr("A=ENERGY"),
                                             HasSubstr("./NAME.so"), Not(HasSubstr("--address"))));
}

}  // namespace
}  // namespace forcewire
