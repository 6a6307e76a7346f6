#include "apps/forcewire/stats_file.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

#include "apps/forcewire/usage_error.hpp"
#include "socket/descriptor.hpp"

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

/// A standard stream that goes into a new file, as with `>`.
class Redirected {
 public:
  Redirected(int number, const fs::path& path) : number_(number), before_(::dup(number)) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    ::dup2(file.get(), number);
  }
  ~Redirected() { ::dup2(before_.get(), number_); }
  Redirected(const Redirected&) = delete;
  Redirected& operator=(const Redirected&) = delete;

 private:
  int number_;
  Descriptor before_;
};

void print(int number, std::string_view text) {
  EXPECT_EQ(::write(number, text.data(), text.size()), std::ssize(text));
}

/// Permissions do not bind root. While this lives, they do.
class NotTheSuperuser {
 public:
  NotTheSuperuser() {
    constexpr uid_t nobody = 65534;
    EXPECT_EQ(::seteuid(before_ == 0 ? nobody : before_), 0);
  }
  ~NotTheSuperuser() { EXPECT_EQ(::seteuid(before_), 0); }
  NotTheSuperuser(const NotTheSuperuser&) = delete;
  NotTheSuperuser& operator=(const NotTheSuperuser&) = delete;

 private:
  uid_t before_ = ::geteuid();
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

TEST_F(StatsFileTest, ALinkMayLeadToWhatIsStillToCome) {
  fs::create_symlink("further", path("link"));
  fs::create_symlink(path("there"), path("further"));
  const StatsFile file(path("link"));
  file.check();
  file.write("new\n");
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_TRUE(fs::is_symlink(path("further")));
  EXPECT_EQ(content(path("there")), "new\n");
}

TEST_F(StatsFileTest, StandardStreamsGoOnWhereverTheyGo) {
  for (const int number : {STDOUT_FILENO, STDERR_FILENO}) {
    const fs::path log = path("run.log");
    // What /dev/stdout is; that itself is nothing to lose to a mistake.
    const fs::path link = path("stream");
    fs::create_symlink(fs::path("/proc/self/fd") / std::to_string(number), link);
    {
      const Redirected redirected(number, log);
      print(number, "before\n");
      StatsFile(link).check();
      StatsFile(link).write("statistics\n");
      print(number, "after\n");
      StatsFile(log).check();
      StatsFile(log).write("by its own name\n");
      print(number, "end\n");
    }
    EXPECT_EQ(content(log), "before\nstatistics\nafter\nby its own name\nend\n") << number;
    EXPECT_TRUE(fs::is_symlink(link));
    EXPECT_EQ(files(), 2);
    fs::remove(link);
  }
}

TEST_F(StatsFileTest, TheReaderOfAPipeSeesOneWriterCome) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const Descriptor reader(::open(path("pipe").c_str(), O_RDONLY | O_NONBLOCK));
  ASSERT_TRUE(reader);
  pollfd pipe{.fd = reader.get(), .events = POLLIN, .revents = 0};
  const StatsFile file(path("pipe"));
  file.check();
  EXPECT_EQ(::poll(&pipe, 1, 0), 0) << "somebody has come and gone";
  file.write("x");
  EXPECT_EQ(::poll(&pipe, 1, 0), 1);
  std::array<char, 2> text{};
  EXPECT_EQ(::read(reader.get(), text.data(), text.size()), 1);
  EXPECT_EQ(text[0], 'x');
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
  fs::create_symlink("circle", path("circle"));
  EXPECT_THAT(refusal(path("circle")), HasSubstr("Too many levels of symbolic links"));
}

TEST_F(StatsFileTest, APipeThatNobodyReadsIsAnErrorAtTheEnd) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const StatsFile file(path("pipe"));
  file.check();  // a reader may still come
  try {
    file.write("x");
    ADD_FAILURE() << "written";
  } catch (const std::system_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("No such device or address"));
  }
}

TEST_F(StatsFileTest, WhatMayNotBeWrittenToIsNotReplaced) {
  StatsFile(path()).write("old\n");
  fs::permissions(path(), fs::perms{0444});
  fs::permissions(path(""), fs::perms{0777});
  const NotTheSuperuser user;
  EXPECT_THAT(refusal(path()), HasSubstr("stats.json: Permission denied"));
  EXPECT_EQ(refusal(path("other")), "none");
  EXPECT_EQ(content(path()), "old\n");
}

}  // namespace
}  // namespace forcewire
