#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <string_view>

#include "socket/descriptor.hpp"

namespace forcewire {

/// A file that is nowhere but in memory, and has a path all the same.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(::memfd_create("forcewire", MFD_CLOEXEC)) {
    if (!descriptor_) throw std::runtime_error("memfd_create");
  }

  /// Replaces the contents.
  void write(std::string_view text) {
    if (::ftruncate(descriptor_.get(), 0) != 0 ||
        ::pwrite(descriptor_.get(), text.data(), text.size(), 0) !=
            static_cast<ssize_t>(text.size())) {
      throw std::runtime_error("a file in memory cannot be written");
    }
  }

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_.get()); }

 private:
  Descriptor descriptor_;
};

}  // namespace forcewire
