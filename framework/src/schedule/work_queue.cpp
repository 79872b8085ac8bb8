#include "schedule/work_queue.h"

namespace flowrun::schedule {
namespace {

/// Counts runs that were started. oneTBB keeps its threads from one engine to the next; a thread that reads this sees what the
/// engine's constructor wrote. (It would anyway, by oneTBB's own order, which the thread sanitizer cannot see.)
std::atomic<std::int64_t> started{0};

}  // namespace

WorkQueue::WorkQueue(int threads, Runner& runner)
    : runner_(runner),
      threads_(threads),
      limit_(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads)),
      arena_(threads),
      signal_stacks_(arena_) {
  arena_.execute([this] {
    flow_ = std::make_unique<tbb::flow::graph>();
    // Work that comes back from a device wakes one more thread where there is only one; it must not run beside that one.
    const std::size_t at_once = threads_ == 1 ? tbb::flow::serial : tbb::flow::unlimited;
    any_ready_ = std::make_unique<tbb::flow::function_node<tbb::flow::continue_msg>>(
        *flow_, at_once, [this](const tbb::flow::continue_msg& message) {
          started.load(std::memory_order_acquire);
          runner_.run(ready_.pop(), false);
          done_.fetch_add(1, std::memory_order_release);
          return message;
        });
  });
}

WorkQueue::~WorkQueue() = default;

void WorkQueue::start() { started.fetch_add(1, std::memory_order_release); }

void WorkQueue::add_node(PlannedNode& node) {
  const int wanted = node.spec->type.concurrent ? node.spec->concurrency : 1;
  node.unlimited = wanted == 0 || wanted >= threads_;
  if (node.unlimited) return;
  arena_.execute([&] {
    limited_.push_back(
        std::make_unique<tbb::flow::function_node<Work*>>(*flow_, static_cast<std::size_t>(wanted), [this](Work* work) {
          runner_.run(work, true);
          done_.fetch_add(1, std::memory_order_release);
          return tbb::flow::continue_msg{};
        }));
    node.flow_node = limited_.back().get();
  });
}

void WorkQueue::wait() {
  flow_->wait_for_all();
  done_.load(std::memory_order_acquire);
}

void WorkQueue::enqueue(Work* work) {
  Handoff* const handoff = tls_handoff;
  if (!work->hold) work->hold = ItemRef(work->item);
  work->ready = handoff ? handoff->clock.last() : Clock::now();
  // An error calls no code of the node, so it waits for no place at it. Looked at before the work belongs to another thread.
  const bool at_once = work->node->unlimited || work->error;
  work->submitted.store(true, std::memory_order_release);
  if (at_once) put(work);
  else work->node->flow_node->try_put(work);
}

/// From a thread of the node's own: the engine's threads continue the firing.
void WorkQueue::take_back(Work& work) {
  work.ready = Clock::now();
  work.submitted.store(true, std::memory_order_release);
  put(&work);
  end_deferral();  // last: the engine may end with it
}

void WorkQueue::put(Work* work) {
  ready_.push(work);
  any_ready_->try_put(tbb::flow::continue_msg{});
}

}  // namespace flowrun::schedule
