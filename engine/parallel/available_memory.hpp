#pragma once

#include <cstddef>
#include <filesystem>

namespace forcewire {

/// Memory that this process can fill without swapping, and without being killed by the limits of
/// its container or batch job (cgroups, version 1 or 2) [bytes]; the largest number there is where
/// Linux does not tell.
///
/// Pages that only cache files count as available, as they do in /proc/meminfo: whoever has read a
/// large file is at his limit, and the kernel drops such pages for the asking.
///
/// @param root where `proc` and `sys` are; for tests
std::size_t available_memory(const std::filesystem::path& root = "/");

}  // namespace forcewire
