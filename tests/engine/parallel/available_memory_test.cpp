#include "engine/parallel/available_memory.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <limits>
#include <string>

namespace forcewire {
namespace {

/// A `/proc` and `/sys` as a machine may have them.
class FakeRoot {
 public:
  FakeRoot() {
    std::string name = testing::TempDir() + "forcewire-root-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~FakeRoot() { std::filesystem::remove_all(path_); }
  FakeRoot(const FakeRoot&) = delete;
  FakeRoot& operator=(const FakeRoot&) = delete;

  void write(const std::string& file, const std::string& text) const {
    std::filesystem::create_directories((path_ / file).parent_path());
    std::ofstream(path_ / file) << text;
  }

  /// A group of version 2.
  void group(const std::string& name, const std::string& limit, const std::string& usage) const {
    write("sys/fs/cgroup/" + name + "/memory.max", limit + "\n");
    write("sys/fs/cgroup/" + name + "/memory.current", usage + "\n");
  }

  std::size_t available() const { return available_memory(path_); }

 private:
  std::filesystem::path path_;
};

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

TEST(AvailableMemory, IsSomethingHere) { EXPECT_GT(available_memory(), std::size_t{1} << 20); }

TEST(AvailableMemory, IsNotLimitedByFilesThatAreMissing) {
  const FakeRoot root;
  EXPECT_EQ(root.available(), no_limit);
  root.write("proc/self/cgroup", "0::/job\n");
  EXPECT_EQ(root.available(), no_limit);
}

TEST(AvailableMemory, IsTheNodes) {
  const FakeRoot root;
  root.write("proc/meminfo",
             "MemTotal:        8000 kB\nMemFree:         1000 kB\nMemAvailable:    3000 kB\n");
  EXPECT_EQ(root.available(), 3000U * 1024);
  root.write("proc/self/cgroup", "0::/job\n");
  root.group("job", "1000000000", "0");
  EXPECT_EQ(root.available(), 3000U * 1024);
}

TEST(AvailableMemory, IsWhatTheGroupHasLeft) {
  const FakeRoot root;
  root.write("proc/meminfo", "MemAvailable:    3000 kB\n");
  root.write("proc/self/cgroup", "0::/job/step\n");
  root.group("job/step", "1000", "300");
  EXPECT_EQ(root.available(), 700U);
  root.group("job/step", "1000", "1100");
  EXPECT_EQ(root.available(), 0U);
  root.group("job/step", "max", "300");
  EXPECT_EQ(root.available(), 3000U * 1024);
}

TEST(AvailableMemory, IsTheLeastOfAllGroupsAround) {
  const FakeRoot root;
  root.write("proc/self/cgroup", "0::/job/step\n");
  root.group("job/step", "max", "300");
  root.group("job", "900", "400");
  EXPECT_EQ(root.available(), 500U);
  root.group("", "800", "400");
  EXPECT_EQ(root.available(), 400U);
}

TEST(AvailableMemory, IsTheContainersUnderTheHostsPath) {
  const FakeRoot root;
  root.write("proc/self/cgroup", "0::/system.slice/docker-0123.scope\n");
  root.group("", "1000", "400");
  EXPECT_EQ(root.available(), 600U);
}

TEST(AvailableMemory, CountsCachedFiles) {
  const FakeRoot root;
  root.write("proc/self/cgroup", "0::/job\n");
  root.group("job", "1000", "950");
  root.write("sys/fs/cgroup/job/memory.stat",
             "anon 350\nfile 600\ninactive_file 500\nactive_file 70\n");
  EXPECT_EQ(root.available(), 1000U - (950 - 570));
}

TEST(AvailableMemory, KnowsVersionOne) {
  const FakeRoot root;
  root.write("proc/self/cgroup", "5:cpu,cpuacct:/elsewhere\n4:hugetlb,memory:/job\n");
  root.write("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "1000\n");
  root.write("sys/fs/cgroup/memory/job/memory.usage_in_bytes", "900\n");
  root.write("sys/fs/cgroup/memory/job/memory.stat", "cache 500\ntotal_inactive_file 400\n");
  root.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(root.available(), 500U);
  root.write("proc/self/cgroup", "4:memoryless:/job\n");
  EXPECT_EQ(root.available(), no_limit);
}

}  // namespace
}  // namespace forcewire
