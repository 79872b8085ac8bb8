#include "support/memory_guard.h"

#include <malloc.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

// glibc's own functions behind malloc and its relatives, which are replaced below (glibc manual, "Replacing malloc").
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);
}

namespace {

constexpr std::size_t kUnlimited = SIZE_MAX;
std::atomic<std::size_t> most{kUnlimited};
std::atomic<long long> held{0};

void end(const char* sentence) {
  const ssize_t unused = ::write(2, sentence, std::strlen(sentence));
  static_cast<void>(unused);
  std::abort();
}

void look_before(std::size_t size) {
  const std::size_t limit = most.load(std::memory_order_relaxed);
  if (size <= limit) return;
  most = kUnlimited;
  end("broken promise: no more memory is asked for at once than the input could hold\n");
}

void* counted(void* block) {
  if (!block) return block;
  const long long now = held += static_cast<long long>(malloc_usable_size(block));
  const std::size_t limit = most.load(std::memory_order_relaxed);
  if (limit != kUnlimited && now > static_cast<long long>(limit)) {
    most = kUnlimited;
    end("broken promise: no more memory is held than the input could hold\n");
  }
  return block;
}

void uncounted(void* block) {
  if (block) held -= static_cast<long long>(malloc_usable_size(block));
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) {
  look_before(size);
  return counted(__libc_malloc(size));
}

void* calloc(std::size_t count, std::size_t size) {
  std::size_t product = 0;
  if (__builtin_mul_overflow(count, size, &product)) product = kUnlimited - 1;
  look_before(product);
  return counted(__libc_calloc(count, size));
}

void* realloc(void* block, std::size_t size) {
  look_before(size);
  uncounted(block);
  void* moved = __libc_realloc(block, size);
  if (!moved && size != 0) return counted(block), nullptr;
  return counted(moved);
}

void* memalign(std::size_t alignment, std::size_t size) {
  look_before(size);
  return counted(__libc_memalign(alignment, size));
}

void* aligned_alloc(std::size_t alignment, std::size_t size) { return memalign(alignment, size); }

int posix_memalign(void** block, std::size_t alignment, std::size_t size) {
  *block = memalign(alignment, size);
  return *block ? 0 : ENOMEM;
}

void free(void* block) {
  uncounted(block);
  __libc_free(block);
}

}  // extern "C"

namespace flowrun::fuzz {

void guard_memory(std::size_t limit) {
  held = 0;
  most = limit;
}

void unguard_memory() { most = kUnlimited; }

}  // namespace flowrun::fuzz
