#include "apps/forcewire/stats_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <system_error>

#include "apps/forcewire/usage_error.hpp"
#include "socket/descriptor.hpp"

namespace forcewire {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void throw_errno(const char* call) {
  throw std::system_error(errno, std::generic_category(), call);
}

/// Which of standard output and error the path leads to, if any.
std::optional<int> standard_stream(const fs::path& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return std::nullopt;
  for (const int number : {STDOUT_FILENO, STDERR_FILENO}) {
    struct stat stream {};
    if (::fstat(number, &stream) != 0) continue;
    if (stream.st_dev == file.st_dev && stream.st_ino == file.st_ino) return number;
  }
  return std::nullopt;
}

/// The place in the stream where the next line would go. (Who opens /dev/stdout anew begins at the
/// front of the file behind it, and must be allowed to.)
Descriptor duplicate(int stream) {
  Descriptor file(::fcntl(stream, F_DUPFD_CLOEXEC, 0));
  if (!file) throw_errno("fcntl");
  return file;
}

/// A pipe that nobody reads is an error, and nothing to wait for.
Descriptor open_to_write(const fs::path& path) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) throw_errno("open");
  if (::fcntl(file.get(), F_SETFL, 0) != 0) throw_errno("fcntl");
  return file;
}

void write_all(const Descriptor& file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_errno("write");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// A new file beside another one, whose name it takes, or else it goes.
class Draft {
 public:
  explicit Draft(const fs::path& goal) : goal_(goal), name_(goal.string() + ".XXXXXX") {
    file_ = Descriptor(::mkostemp(name_.data(), O_CLOEXEC));
    if (!file_) throw_errno("open");
  }
  ~Draft() {
    if (!name_.empty()) ::unlink(name_.c_str());
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  void write(std::string_view text) {
    write_all(file_, text);
    // mkostemp thinks of secrets.
    const mode_t mask = ::umask(0);
    ::umask(mask);
    if (::fchmod(file_.get(), 0666 & ~mask) != 0) throw_errno("fchmod");
    // There are file systems that notice only here that there is no room.
    if (::fsync(file_.get()) != 0) throw_errno("fsync");
  }

  void publish() {
    fs::rename(name_, goal_);
    name_.clear();
  }

 private:
  fs::path goal_;
  std::string name_;
  Descriptor file_;
};

/// A link stays a link: what it leads to is the file, even if that is still to come.
fs::path target_of(fs::path path) {
  constexpr int most_links = 40;  // as in Linux; more are a circle, which `check` refuses
  std::error_code ignored;
  for (int link = 0; link < most_links; ++link) {
    const fs::path target = fs::read_symlink(path, ignored);
    if (target.empty()) break;
    path = path.parent_path() / target;
  }
  return path;
}

/// May we, with the rights that opening a file goes by, write to what is there?
void check_access(const fs::path& path) {
  if (::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0) throw_errno("faccessat");
}

void check_place(const fs::path& path) {
  const fs::file_status status = fs::status(path);
  if (fs::is_directory(status)) {
    throw std::system_error(std::make_error_code(std::errc::is_a_directory));
  }
  if (fs::exists(status)) check_access(path);
  // For a new file, and for one that takes the place of another, the folder matters.
  if (!fs::exists(status) || fs::is_regular_file(status)) const Draft draft(path);
}

}  // namespace

StatsFile::StatsFile(const fs::path& path)
    : path_(path), stream_(standard_stream(path)), is_ordinary_(true) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  is_ordinary_ = !stream_ && (!fs::exists(status) || fs::is_regular_file(status));
  if (is_ordinary_) path_ = target_of(path);
}

void StatsFile::check() const {
  if (stream_) return;
  try {
    check_place(path_);
  } catch (const std::system_error& error) {
    throw UsageError(
        fmt::format("cannot write the statistics (--stats {}: {}). Name a file in a folder that is "
                    "there and can be written to.",
                    path_.string(), error.code().message()));
  }
}

void StatsFile::write(std::string_view text) const {
  if (!is_ordinary_) {
    write_all(stream_ ? duplicate(*stream_) : open_to_write(path_), text);
    return;
  }
  Draft draft(path_);
  draft.write(text);
  draft.publish();
}

}  // namespace forcewire
