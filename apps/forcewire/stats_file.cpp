#include "apps/forcewire/stats_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
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

/// A link stays a link: what it leads to is the file.
fs::path target_of(const fs::path& path) {
  std::error_code none;
  const fs::path target = fs::canonical(path, none);
  return none ? path : target;
}

}  // namespace

StatsFile::StatsFile(const fs::path& path) : path_(path), is_ordinary_(true) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  is_ordinary_ = !fs::exists(status) || fs::is_regular_file(status);
  if (is_ordinary_) path_ = target_of(path);
}

void StatsFile::check() const {
  try {
    if (is_ordinary_) {
      const Draft draft(path_);
    } else {
      open_to_write(path_);
    }
  } catch (const std::system_error& error) {
    throw UsageError(
        fmt::format("cannot write the statistics (--stats {}: {}). Name a file in a folder that is "
                    "there and can be written to.",
                    path_.string(), error.code().message()));
  }
}

void StatsFile::write(std::string_view text) const {
  if (!is_ordinary_) {
    write_all(open_to_write(path_), text);
    return;
  }
  Draft draft(path_);
  draft.write(text);
  draft.publish();
}

}  // namespace forcewire
