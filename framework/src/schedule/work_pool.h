#pragma once

#include <utility>

#include "schedule/work.h"

namespace flowrun::schedule {

/// Works that are done, kept by a thread to be used again: allocating costs more than a small firing.
class WorkPool {
 public:
  WorkPool() = default;
  ~WorkPool();
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  Work* take() {
    if (!first_) return make();
    --count_;
    return std::exchange(first_, first_->next_spare);
  }
  void give(Work* work) {
    if (count_ == kMost) return drop(work);
    ++count_;
    work->next_spare = std::exchange(first_, work);
  }
  static Work* make();

 private:
  static void drop(Work* work);
  static constexpr int kMost = 32;
  Work* first_ = nullptr;
  int count_ = 0;
};

}  // namespace flowrun::schedule
