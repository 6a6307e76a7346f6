#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace forcewire {

/// The file of `--stats`, which is written whole or not at all: under another name in the same
/// folder first, so that readers, and whoever finds a full disk, have the old file or the new one.
/// What is no ordinary file is written to as it is, and so are standard output and error, even
/// where they go to an ordinary file: it has what we printed before, and will have what comes
/// after.
class StatsFile {
 public:
  /// Nothing is written yet.
  explicit StatsFile(const std::filesystem::path& path);

  /// Finds out whether it can be written, as far as one can know before. What is no ordinary file
  /// is not opened: the reader of a pipe would take our leaving for the end.
  /// @throws UsageError when it cannot
  void check() const;

  /// @throws std::system_error when that does not work; then nothing is left behind
  void write(std::string_view text) const;

 private:
  std::filesystem::path path_;
  std::optional<int> stream_;  // standard output or error, if it is one
  bool is_ordinary_;
};

}  // namespace forcewire
