#pragma once

#include <cstddef>

namespace forcewire {

/// Memory that `vectors` hold together, room for more included.
template <typename... Vector>
std::size_t bytes_of(const Vector&... vectors) {
  return ((vectors.capacity() * sizeof(typename Vector::value_type)) + ...);
}

}  // namespace forcewire
