#include "flowrun/sdk/large_memory.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstdint>

namespace flowrun {

void expect_large(void* begin, std::size_t bytes) noexcept {
  constexpr std::uintptr_t kPage = std::uintptr_t{2} << 20;  // of x86-64 and most others; another size only makes it no use
  const auto from = reinterpret_cast<std::uintptr_t>(begin);
  const std::uintptr_t first = (from + kPage - 1) & ~(kPage - 1), last = (from + bytes) & ~(kPage - 1);
  if (!begin || last <= first) return;
  const int before = errno;
  ::madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
  errno = before;
}

}  // namespace flowrun
