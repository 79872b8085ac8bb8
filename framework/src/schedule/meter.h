#pragma once

#include <algorithm>
#include <atomic>

#include "schedule/item.h"

namespace flowrun::schedule {

struct PlannedNode;

/// How far one firing says it is (Context::progress), for whoever looks at the run meanwhile.
struct Meter {
  const PlannedNode& node;
  const Item& item;
  Clock::time_point
      began{};  ///< the call in which it first told of its progress; a collecting firing begins long before its work
  std::atomic<double> fraction{-1};  ///< negative: it has said nothing

  bool used() const { return fraction.load(std::memory_order_relaxed) >= 0; }

  /// Keeps the largest that any thread said; true at the first. What is not a number counts as nothing said.
  bool raise(double to) {
    if (!(to >= 0)) to = to < 0 ? 0 : -1;
    to = std::min(to, 1.0);
    double before = fraction.load(std::memory_order_relaxed);
    while (to > before && !fraction.compare_exchange_weak(before, to, std::memory_order_relaxed)) {
    }
    return before < 0 && to > before;
  }
};

}  // namespace flowrun::schedule
