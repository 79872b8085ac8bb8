#pragma once

#include <memory>

#include "flowrun/sdk/context.h"
#include "schedule/run_state.h"
#include "schedule/work_queue.h"

namespace flowrun::schedule {

/// Firings that continue elsewhere while the engine's threads do other work.
class Deferral {
 public:
  Deferral(RunState& state, WorkQueue& queue) : state_(state), queue_(queue) {}

  /// The handle that the node resumes. The run waits for it, so the engine and the work live as long as it is not resumed.
  std::unique_ptr<Deferred> defer(Work& work);
  /// The node's process has returned. False when the handle was there first: this thread continues with the firing.
  bool comes_back_later(Work& work);

 private:
  RunState& state_;
  WorkQueue& queue_;
};

}  // namespace flowrun::schedule
