#pragma once

#include <filesystem>
#include <memory>

namespace forcewire {

/// A shared object that has been loaded into this program; unloaded with its owner.
class SharedObject {
 public:
  /// @throws ModelError with the path and the loader's own words when it cannot be loaded
  explicit SharedObject(const std::filesystem::path& path);

  /// The address of a symbol, or null.
  void* find(const char* symbol) const;

 private:
  std::unique_ptr<void, void (*)(void*)> handle_;
};

}  // namespace forcewire
