#pragma once

#include <mutex>
#include <queue>
#include <vector>

#include "schedule/planned_node.h"
#include "schedule/work.h"

namespace flowrun::schedule {

/// Works that any thread may take, the most urgent first: what is done once for a case (the next case is read beside the
/// networks of this one, and a finished case is written at once), then the chunks of the oldest case; within a case the later
/// node, so that what has been begun is finished and its memory released. Without this, cases in flight together would also end
/// together.
class ReadyQueue {
 public:
  void push(Work* work) {
    const std::lock_guard lock(mutex_);
    queue_.push({urgency(*work), work});
  }
  Work* pop() {
    const std::lock_guard lock(mutex_);
    Work* work = queue_.top().work;
    queue_.pop();
    return work;
  }

 private:
  struct Urgency {
    bool of_chunk;
    std::int64_t case_index;
    std::int64_t node;  ///< negative: later nodes come first
    std::int64_t chunk;
    auto operator<=>(const Urgency&) const = default;
  };
  struct Entry {
    Urgency urgency;
    Work* work;
    bool operator<(const Entry& other) const { return urgency > other.urgency; }  // the queue gives the largest
  };

  static Urgency urgency(const Work& work) {
    const Item& item = *work.item;
    const bool in_chunk = item.scope == Scope::chunk;
    const bool makes_chunks = work.stream_firing && work.node->spec->type.streams();
    return {in_chunk || makes_chunks,
            item.scope == Scope::run ? -1
            : in_chunk               ? item.parent->index
                                     : item.index,
            -static_cast<std::int64_t>(work.node->index), in_chunk ? item.index : 0};
  }

  std::mutex mutex_;
  std::priority_queue<Entry> queue_;
};

}  // namespace flowrun::schedule
