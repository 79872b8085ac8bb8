#pragma once

#include <atomic>
#include <functional>

#include "schedule/item.h"

namespace flowrun::schedule {

/// A firing that was handed on (Context::defer). It continues when both the node's process has returned and the handle was
/// resumed or destroyed, whichever comes last.
struct DeferredFiring {
  std::atomic<int> missing{2};
  const Clock::time_point since = Clock::now();
  Clock::time_point until;             ///< written by the handle
  std::function<void(Context&)> rest;  ///< likewise; empty when the handle was destroyed

  /// True for the second of the two.
  bool is_last() { return missing.fetch_sub(1, std::memory_order_acq_rel) == 1; }
};

}  // namespace flowrun::schedule
