#pragma once

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

#include "flowrun/host/validated_graph.h"
#include "schedule/item.h"

namespace flowrun::schedule {

/// How far one firing says it is (Context::progress), for whoever looks at the run meanwhile.
struct Meter {
  const ValidatedNode& node;
  const Item& item;
  /// The call in which it first reported its progress; a collecting firing begins long before its work.
  Clock::time_point began{};
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

/// The meters of firings that have reported their progress and are not over.
class Meters {
 public:
  void advance(Meter& meter, double fraction);  ///< from any thread of the firing
  void forget(const Meter& meter);
  void add_to(Progress& progress) const;

 private:
  mutable std::mutex mutex_;
  std::vector<const Meter*> meters_;
};

}  // namespace flowrun::schedule
