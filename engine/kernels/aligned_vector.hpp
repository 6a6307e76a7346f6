#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace forcewire {

/// Memory that begins where a vector of any instruction set may be loaded.
template <typename T>
struct VectorAllocator {
  using value_type = T;
  static constexpr std::align_val_t alignment{64};

  VectorAllocator() = default;
  template <typename Other>
  explicit VectorAllocator(const VectorAllocator<Other>&) {}

  T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new(count * sizeof(T), alignment));
  }
  void deallocate(T* memory, std::size_t) { ::operator delete(memory, alignment); }

  friend bool operator==(VectorAllocator, VectorAllocator) { return true; }
};

template <typename T>
using AlignedVector = std::vector<T, VectorAllocator<T>>;

}  // namespace forcewire
