#pragma once

#include "schedule/call_clock.h"
#include "schedule/item.h"

namespace flowrun::schedule {

struct PlannedNode;
struct Work;
struct Now;
class WorkPool;

/// What a thread knows while it runs firings, and the one work that it continues with when a firing is over, instead of
/// making a task of it. It is open only while outputs are delivered at the very end of a firing, so that nothing delays what is
/// left here.
struct Handoff {
  Work* work = nullptr;
  Item* item = nullptr;  ///< of the work that runs, which keeps it
  bool open = false;
  bool ends = false;             ///< the thread has a place of a node with a limit, so it continues with nothing
  bool in_node = false;          ///< the thread is in a call of a node; Now has it until the next call
  bool in_task = false;          ///< the thread runs tasks of a firing's parallel_for
  const PlannedNode* task_node = nullptr;  ///< of those tasks
  const Item* task_item = nullptr;
  int thread = 0;                ///< index of this thread
  WorkPool* spare = nullptr;     ///< of this thread
  NodeCounts* counts = nullptr;  ///< of this thread, by node
  Now* now = nullptr;            ///< of this thread
  CallClock clock;
};

/// Of the calling thread's innermost firing; null outside one.
inline constinit thread_local Handoff* tls_handoff = nullptr;

}  // namespace flowrun::schedule
