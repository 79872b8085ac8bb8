#include "system/address_space.h"

#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>

#include "flowrun/host/text.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

constexpr std::int64_t kLeast = std::int64_t{16} << 20;  ///< for all that is no stack; measured, and half as much again
constexpr int kOwnThreads = 2;                            ///< the progress and the page

std::int64_t address_space_now() {
  std::int64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * ::sysconf(_SC_PAGESIZE);
}

std::int64_t stack_bytes() {
  pthread_attr_t attributes;
  std::size_t bytes = 0;
  if (::pthread_getattr_default_np(&attributes) != 0) return std::int64_t{8} << 20;
  ::pthread_attr_getstacksize(&attributes, &bytes);
  ::pthread_attr_destroy(&attributes);
  return static_cast<std::int64_t>(bytes);
}

int cores() {
  cpu_set_t set;
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

}  // namespace

void require_address_space(int threads) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
  if (threads == 0) threads = cores();
  const std::int64_t needed = address_space_now() + (threads - 1 + kOwnThreads) * stack_bytes() + kLeast;
  const auto allowed = static_cast<std::int64_t>(std::min<rlim_t>(limit.rlim_cur, INT64_MAX));
  if (allowed >= needed) return;
  throw Error(fmt::format("the process may use {} of address space (ulimit -v), and {} need at least {}, without any data; raise the "
                          "limit, or give fewer --threads",
                          bytes_text(allowed), count_text(static_cast<std::size_t>(threads), "thread"), bytes_text(needed)));
}

}  // namespace flowrun
