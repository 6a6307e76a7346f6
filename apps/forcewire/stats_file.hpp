#pragma once

#include <filesystem>
#include <string_view>

namespace forcewire {

/// The file of `--stats`, which is written whole or not at all: under another name in the same
/// folder first, so that readers, and whoever finds a full disk, have the old file or the new one.
/// What is no ordinary file, such as /dev/stdout, is written to as it is.
class StatsFile {
 public:
  /// Nothing is written yet.
  explicit StatsFile(const std::filesystem::path& path);

  /// Finds out whether it can be written, as far as one can know before.
  /// @throws UsageError when it cannot
  void check() const;

  /// @throws std::system_error when that does not work; then nothing is left behind
  void write(std::string_view text) const;

 private:
  std::filesystem::path path_;
  bool is_ordinary_;
};

}  // namespace forcewire
