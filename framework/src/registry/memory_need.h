#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace flowrun::registry {

/// What loading a library takes, found by reading its headers and those of the libraries that it names; none is loaded or mapped.
struct MemoryNeed {
  std::uint64_t address_space = 0;  ///< bytes; of libraries that are not in the process yet
  std::uint64_t data = 0;           ///< bytes of it that can be written to
  bool has_blas = false;            ///< OpenBLAS is among them, which waits for ever when it gets no memory for a buffer
  std::size_t libraries = 0;
};
MemoryNeed memory_need(const std::filesystem::path& library);

/// Throws Error, a sentence that begins with the library's name and gives what is needed and allowed, when the process has a
/// limit (ulimit -v, -d) under which the library and its use by the expected threads (host/memory_limits.h) would not fit.
/// LibTorch and what it brings abort or hang there, partly before any code of the plugin runs. Without a limit nothing is read.
void require_memory_for(const std::filesystem::path& library);

}  // namespace flowrun::registry
