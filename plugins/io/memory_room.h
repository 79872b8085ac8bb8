#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace flowrun::io {

/// How much more memory this process may take, and which limit says so.
struct MemoryRoom {
  std::uint64_t bytes = 0;
  std::string limit;  ///< "the memory that is free on this machine", for messages
};

/// The smallest of: what is free on the machine with its swap, what the control groups (version 1 or 2) above this
/// process leave, and the limits of address space and data (ulimit -v, -d). Memory that only caches files counts as
/// free. None when the system says nothing. `root` is where /proc and /sys are looked for.
std::optional<MemoryRoom> memory_room(const std::filesystem::path& root = "/");

/// Throws Error, with the size and the limit, when the bytes that an image of this size needs while it is read (of one
/// that grows as it is unpacked, half as much again) cannot be had in the memory that is left. To be called before
/// memory is taken.
void require_memory(const std::filesystem::path& file, const std::array<std::int64_t, 3>& size, std::uint64_t bytes);

}  // namespace flowrun::io
