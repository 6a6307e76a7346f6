#pragma once

#include <cstddef>

namespace forcewire {

/// Gives `vector` another size; what it holds is lost or stale.
///
/// Lists need a little more one time and a little less another, and memory that is touched for the
/// first time costs more than what is done with it. So there is room for the next ones.
template <typename Vector>
void resize_anew(Vector& vector, std::size_t size) {
  if (size > vector.capacity()) {
    vector = Vector();  // nothing to copy
    vector.reserve(size + size / 4);
  }
  vector.resize(size);
}

}  // namespace forcewire
