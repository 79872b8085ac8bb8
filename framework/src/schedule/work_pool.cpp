#include "schedule/work_pool.h"

namespace flowrun::schedule {

WorkPool::~WorkPool() {
  while (first_) drop(take());
}

// Out of line, so that what happens at every firing stays small enough to be inlined.
[[gnu::noinline]] Work* WorkPool::make() { return new Work; }
[[gnu::noinline]] void WorkPool::drop(Work* work) { delete work; }

}  // namespace flowrun::schedule
