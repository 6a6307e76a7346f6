#include "engine/potentials/shared_object.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <string>

#include "engine/potentials/errors.hpp"

namespace forcewire {

SharedObject::SharedObject(const std::filesystem::path& path)
    : handle_(nullptr, [](void* handle) { dlclose(handle); }) {
  // A name without a slash would be looked for everywhere but here.
  const std::filesystem::path file = path.has_parent_path() ? path : "." / path;
  // Now: a symbol that is missing is to be known before there is a server.
  handle_.reset(dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL));
  if (!handle_) {
    throw ModelError(fmt::format("cannot load the potential {}: {}", path.string(), dlerror()));
  }
}

void* SharedObject::find(const char* symbol) const { return dlsym(handle_.get(), symbol); }

}  // namespace forcewire
