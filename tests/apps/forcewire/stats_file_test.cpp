#include "apps/forcewire/stats_file.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>

#include "apps/forcewire/usage_error.hpp"

namespace forcewire {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

std::string content(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class StatsFileTest : public testing::Test {
 protected:
  StatsFileTest() {
    std::string name = testing::TempDir() + "forcewire-stats-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~StatsFileTest() override { fs::remove_all(folder_); }

  fs::path path(const char* name = "stats.json") const { return folder_ / name; }

  std::ptrdiff_t files() const {
    return std::distance(fs::directory_iterator(folder_), fs::directory_iterator());
  }

  static std::string refusal(const fs::path& path) {
    try {
      StatsFile(path).check();
    } catch (const UsageError& error) {
      return error.what();
    }
    return "none";
  }

 private:
  fs::path folder_;
};

/// The disk that is full: files end after some bytes, with an error and not with a signal.
class FullDisk {
 public:
  FullDisk() {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit small = before_;
    small.rlim_cur = 100;
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int) = std::signal(SIGXFSZ, SIG_IGN);
};

TEST_F(StatsFileTest, IsWrittenWholeInPlaceOfTheOldOne) {
  const StatsFile file(path());
  file.check();
  EXPECT_EQ(files(), 0) << "to look leaves nothing behind";
  file.write("first\n");
  EXPECT_EQ(content(path()), "first\n");
  StatsFile(path()).check();
  EXPECT_EQ(content(path()), "first\n");
  file.write("2\n");
  EXPECT_EQ(content(path()), "2\n");
  EXPECT_EQ(files(), 1);
}

TEST_F(StatsFileTest, CanBeReadByWhomTheUserLets) {
  const mode_t before = ::umask(026);
  StatsFile(path()).write("x");
  ::umask(before);
  EXPECT_EQ(fs::status(path()).permissions(), fs::perms{0640});
}

TEST_F(StatsFileTest, OnAFullDiskTheOldOneStays) {
  const StatsFile file(path());
  file.write("old\n");
  {
    const FullDisk full;
    try {
      file.write(std::string(1000, 'x'));
      ADD_FAILURE() << "written";
    } catch (const std::system_error& error) {
      EXPECT_THAT(error.what(), HasSubstr("File too large"));
    }
  }
  EXPECT_EQ(content(path()), "old\n");
  EXPECT_EQ(files(), 1);
}

TEST_F(StatsFileTest, ALinkStaysALink) {
  StatsFile(path("there")).write("old\n");
  fs::create_symlink("there", path("link"));
  StatsFile(path("link")).write("new\n");
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(content(path("there")), "new\n");
}

TEST_F(StatsFileTest, DevicesAreWrittenToAndStayWhatTheyAre) {
  const StatsFile null("/dev/null");
  null.check();
  null.write("into the void\n");
  EXPECT_EQ(fs::status("/dev/null").type(), fs::file_type::character);
  const StatsFile full("/dev/full");
  full.check();
  EXPECT_THROW(full.write("x"), std::system_error);
  EXPECT_EQ(fs::status("/dev/full").type(), fs::file_type::character);
}

TEST_F(StatsFileTest, WhatCannotBeWrittenIsRefusedBefore) {
  EXPECT_THAT(refusal(path("no/folder")),
              AllOf(HasSubstr("--stats "), HasSubstr("no/folder: No such file or directory")));
  EXPECT_THAT(refusal("/etc/passwd/stats.json"), HasSubstr("Not a directory"));
  EXPECT_THAT(refusal(path("")), HasSubstr("Is a directory"));
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_THAT(refusal(path("pipe")), HasSubstr("No such device or address"));
}

}  // namespace
}  // namespace forcewire
