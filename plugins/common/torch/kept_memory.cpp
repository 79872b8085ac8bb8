#include "common/torch/kept_memory.h"

#include <malloc.h>

#include <mutex>

namespace flowrun::tensor {
namespace {

std::mutex mutex;
int alive = 0;

void set_limits(int map_from, int trim_from, int pad) {
  ::mallopt(M_MMAP_THRESHOLD, map_from);
  ::mallopt(M_TRIM_THRESHOLD, trim_from);
  ::mallopt(M_TOP_PAD, pad);
}

}  // namespace

KeptMemory::KeptMemory(int trim_from, int pad) {
  const std::lock_guard lock(mutex);
  if (alive++ == 0) set_limits(16 << 20, trim_from, pad);  // larger blocks leave gaps in the heap that fit nothing
}

/// glibc cannot be asked what was set before; these are the values that flowrun's main sets.
KeptMemory::~KeptMemory() {
  const std::lock_guard lock(mutex);
  if (--alive > 0) return;
  set_limits(1 << 20, 1 << 20, 128 << 10);
  give_back();
}

void KeptMemory::give_back() { ::malloc_trim(0); }

}  // namespace flowrun::tensor
