#pragma once

#include <cstdint>
#include <filesystem>

namespace forcewire {

/// The most memory that this process has had at a time, what it shares with others included
/// [bytes]; 0 where Linux does not tell.
/// @param root where `proc` is; for tests
std::int64_t peak_memory(const std::filesystem::path& root = "/");

}  // namespace forcewire
