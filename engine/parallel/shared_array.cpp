#include "engine/parallel/shared_array.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "engine/parallel/attempt.hpp"
#include "engine/parallel/available_memory.hpp"
#include "engine/potentials/errors.hpp"

namespace forcewire {

namespace {

/// An open file, for as long as it takes to map it.
class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

[[noreturn]] void throw_cannot_share(std::size_t bytes, const std::string& reason) {
  constexpr std::size_t mebibyte = std::size_t{1} << 20;
  throw PotentialFailure(
      PotentialFailure::Kind::memory,
      fmt::format("cannot share {} MiB of memory: {}", (bytes + mebibyte - 1) / mebibyte, reason));
}

std::string error_text(int error) { return std::generic_category().message(error); }

File create(std::size_t bytes) {
  // The kernel would grant more than there is, and kill a rank when it is used.
  if (const std::size_t available = available_memory(); bytes > available) {
    throw_cannot_share(
        bytes, fmt::format("there are {} MiB, within the limits of node and job", available >> 20));
  }
  File file(::memfd_create("forcewire", MFD_CLOEXEC));
  if (file.descriptor() < 0) throw_cannot_share(bytes, error_text(errno));
  if (::ftruncate(file.descriptor(), static_cast<off_t>(bytes)) != 0) {
    throw_cannot_share(bytes, error_text(errno));
  }
  return file;
}

/// Reserved, not only promised: a hole that cannot be filled later would be a SIGBUS.
void reserve(const File& file, std::size_t bytes) {
  int error = EINTR;
  while (error == EINTR) {
    error = ::posix_fallocate(file.descriptor(), 0, static_cast<off_t>(bytes));
  }
  if (error != 0) throw_cannot_share(bytes, error_text(error));
}

/// Which file this is, whatever it is called: no other of this machine has the same text.
std::string identity(const File& file, std::size_t bytes) {
  struct stat status {};
  if (::fstat(file.descriptor(), &status) != 0) throw_cannot_share(bytes, error_text(errno));
  return fmt::format("device {} inode {} size {}", status.st_dev, status.st_ino, status.st_size);
}

/// The file that the root of the node has open as `path`.
File open_of_root(const std::string& path, const std::string& expected, std::size_t bytes) {
  File file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (file.descriptor() < 0) throw_cannot_share(bytes, path + ": " + error_text(errno));
  // Ranks in containers of their own have another process under this number, maybe one of ours
  // with an array of the same size.
  if (const std::string found = identity(file, bytes); found != expected) {
    throw_cannot_share(bytes, fmt::format("{} is not the file of the first rank of this node, "
                                          "expected {}, got {}",
                                          path, expected, found));
  }
  return file;
}

void* map(const File& file, std::size_t bytes) {
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor(), 0);
  if (memory == MAP_FAILED) throw_cannot_share(bytes, error_text(errno));
  return memory;
}

}  // namespace

template <typename T>
SharedArray<T>::SharedArray(const Communicator& node, std::size_t count) {
  if (count == 0) return;
  const std::size_t bytes = count * sizeof(T);
  Attempt attempt;
  File file(-1);
  std::string path;  // stays empty where the root fails
  std::string root_file;
  const auto take = [&](File opened) {
    data_ = {static_cast<T*>(map(opened, bytes)), count};
    file = std::move(opened);
  };
  if (node.is_root()) {
    attempt([&] {
      take(create(bytes));
      reserve(file, bytes);  // takes its time, which is lost where they could not be mapped
      root_file = identity(file, bytes);
      path = fmt::format("/proc/{}/fd/{}", ::getpid(), file.descriptor());
    });
  }
  path = node.broadcast_text(path, 0);
  root_file = node.broadcast_text(root_file, 0);
  if (!node.is_root() && !path.empty()) {
    attempt([&] { take(open_of_root(path, root_file, bytes)); });
  }
  // Nobody is past this before all have opened the file: from here on the mappings keep it.
  const auto failure = attempt.first_failure(node);
  if (!failure) return;
  *this = SharedArray();
  throw *failure;
}

template <typename T>
SharedArray<T>::~SharedArray() {
  if (!data_.empty()) ::munmap(data_.data(), data_.size_bytes());
}

template <typename T>
SharedArray<T>::SharedArray(SharedArray&& other) noexcept : data_(std::exchange(other.data_, {})) {}

template <typename T>
SharedArray<T>& SharedArray<T>::operator=(SharedArray&& other) noexcept {
  std::swap(data_, other.data_);
  return *this;
}

template <typename T>
void SharedArray<T>::sync() const {
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

template class SharedArray<double>;
template class SharedArray<std::byte>;

}  // namespace forcewire
