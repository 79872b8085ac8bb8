#include "testing/task_threads.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <latch>
#include <mutex>
#include <thread>
#include <vector>

#include "flowrun/sdk/error.h"

namespace flowrun::testing {
namespace {

constexpr std::int64_t kThreads = 4;
thread_local bool tls_in_task = false;

}  // namespace

bool in_task() { return tls_in_task; }

void run_tasks(std::int64_t count, const std::function<void(std::int64_t)>& task, int at_once,
               const std::function<bool()>& stop) {
  if (in_task()) throw Error("the node calls parallel_for within a task of parallel_for");
  const std::int64_t threads = std::max<std::int64_t>(1, std::min({count, kThreads, at_once > 0 ? at_once : kThreads}));
  std::atomic<std::int64_t> left{count};
  std::mutex mutex;
  std::exception_ptr first;
  std::latch all_here(threads);  // else the first thread would be done with short tasks before the second is there
  const auto take_part = [&] {
    tls_in_task = true;
    all_here.arrive_and_wait();
    for (std::int64_t index = --left; index >= 0 && !stop(); index = --left) {
      try {
        task(index);
      } catch (...) {
        left = 0;
        const std::lock_guard lock(mutex);
        if (!first) first = std::current_exception();
      }
    }
    tls_in_task = false;
  };
  {
    std::vector<std::jthread> others;
    for (std::int64_t i = 1; i < threads; ++i) others.emplace_back(take_part);
    take_part();
  }
  if (first) std::rethrow_exception(first);
}

}  // namespace flowrun::testing
