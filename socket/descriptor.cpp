#include "socket/descriptor.hpp"

#include <unistd.h>

namespace forcewire {

Descriptor::~Descriptor() {
  // Not repeated on EINTR: Linux has freed the number by then, and another thread may own it.
  if (number_ >= 0) ::close(number_);
}

}  // namespace forcewire
