#include "engine/parallel/peak_memory.hpp"

#include <fstream>
#include <string>

namespace forcewire {

// Not getrusage, whose maximum contains that of the program that was here before exec: mpirun's.
std::int64_t peak_memory(const std::filesystem::path& root) {
  std::ifstream stream(root / "proc/self/status");
  std::int64_t kibibytes = 0;
  for (std::string word; stream >> word;) {
    if (word == "VmHWM:" && stream >> kibibytes) return kibibytes * 1024;
  }
  return 0;
}

}  // namespace forcewire
