#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "schedule/run_state.h"

namespace flowrun::schedule {

/// The tasks into which a firing splits its own work (Context::parallel_for).
class Tasks {
 public:
  explicit Tasks(RunState& state) : state_(state) {}
  void parallel_for(const PlannedNode& node, const Item& item, std::int64_t count, const std::function<void(std::int64_t)>& task,
                    int at_once);

 private:
  class Loop;
  void take_part(Loop& loop);

  RunState& state_;
  std::atomic<std::int64_t> loops_begun_{0};  ///< orders what a firing wrote before its parallel_for, and its helpers
};

}  // namespace flowrun::schedule
