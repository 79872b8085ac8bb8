#pragma once

#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_scheduler_observer.h>

#include "flowrun/host/running_calls.h"

namespace flowrun::schedule {

/// Prepares the threads that work in an arena for the handler of a signal.
class SignalStacks final : public tbb::task_scheduler_observer {
 public:
  explicit SignalStacks(tbb::task_arena& arena) : task_scheduler_observer(arena) { observe(true); }
  ~SignalStacks() override { observe(false); }
  SignalStacks(const SignalStacks&) = delete;
  SignalStacks& operator=(const SignalStacks&) = delete;

  void on_scheduler_entry(bool) override { prepare_signal_stack(); }
};

}  // namespace flowrun::schedule
