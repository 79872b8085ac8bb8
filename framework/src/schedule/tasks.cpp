#include "schedule/tasks.h"

#include <oneapi/tbb/task_group.h>

#include <algorithm>
#include <exception>

#include "flowrun/sdk/error.h"
#include "schedule/tracing.h"

namespace flowrun::schedule {

/// The tasks of one parallel_for. Threads that take part claim one after the other.
class Tasks::Loop {
 public:
  Loop(const PlannedNode& of, const Item& at, std::int64_t count, const std::function<void(std::int64_t)>& task)
      : node(of), item(at), count_(count), task_(task) {}

  /// Index of a task for this thread; -1 when none is left.
  std::int64_t claim() {
    const std::int64_t index = next_.fetch_add(1, std::memory_order_relaxed);
    return index < count_ && !dropped_.load(std::memory_order_relaxed) ? index : -1;
  }
  void run(std::int64_t index) noexcept {
    try {
      task_(index);
    } catch (...) {
      drop();
      const std::lock_guard lock(mutex_);
      if (!first_exception_) first_exception_ = std::current_exception();
    }
  }
  void drop() { dropped_ = true; }
  /// A helping thread has ended its part, which took so long.
  void helped(Clock::duration span) { helped_ns_.fetch_add(nanoseconds(span), std::memory_order_acq_rel); }
  /// Call when every helper has ended: nanoseconds of all helpers, and what they wrote becomes visible.
  std::int64_t helped_ns() const { return helped_ns_.load(std::memory_order_acquire); }
  void rethrow() {
    if (first_exception_) std::rethrow_exception(first_exception_);
  }

  const PlannedNode& node;
  const Item& item;

 private:
  const std::int64_t count_;
  const std::function<void(std::int64_t)>& task_;
  std::atomic<std::int64_t> next_{0};
  std::atomic<bool> dropped_{false};
  std::atomic<std::int64_t> helped_ns_{0};
  std::mutex mutex_;
  std::exception_ptr first_exception_;
};

/// Isolated, the waiting thread takes no task but those of this loop: it never begins another firing on top of this one.
void Tasks::parallel_for(const PlannedNode& node, const Item& item, std::int64_t count,
                         const std::function<void(std::int64_t)>& task, int at_once) {
  if (tls_handoff && tls_handoff->in_task)
    throw Error(
        "the node calls parallel_for within a task of parallel_for; give one call all the tasks, or loop inside the task");
  Loop loop(node, item, count, task);
  const std::int64_t threads = std::min<std::int64_t>({count, state_.threads, at_once > 0 ? at_once : state_.threads});
  const auto helper = [this, &loop] {
    loops_begun_.load(std::memory_order_acquire);
    const Clock::time_point begin = Clock::now();
    take_part(loop);
    loop.helped(Clock::now() - begin);
  };
  const auto all = [&] {
    tbb::task_group helpers;
    loops_begun_.fetch_add(1, std::memory_order_release);
    for (std::int64_t i = 1; i < threads; ++i) helpers.run(helper);
    take_part(loop);
    helpers.wait();
  };
  if (threads > 1) tbb::this_task_arena::isolate(all);
  else take_part(loop);
  state_.counts_of(case_of(item), state_.this_thread())[node.index].busy_ns += loop.helped_ns();
  loop.rethrow();
}

/// Runs tasks until none is left, on the firing's thread or on one that helps.
void Tasks::take_part(Loop& loop) {
  std::int64_t index = loop.claim();
  if (index < 0) return;
  Handoff handoff;
  handoff.task_node = &loop.node;
  handoff.task_item = &loop.item;
  handoff.in_task = true;
  handoff.thread = state_.this_thread();
  handoff.clock.start(false);
  Handoff* const outer = std::exchange(tls_handoff, &handoff);
  for (; index >= 0; index = loop.claim()) {
    if (state_.ending.skips(loop.item)) loop.drop();
    else loop.run(index);
  }
  trace_tasks(state_, loop.node, loop.item);
  tls_handoff = outer;
}

}  // namespace flowrun::schedule
