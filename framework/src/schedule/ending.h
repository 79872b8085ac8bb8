#pragma once

#include <atomic>
#include <memory>

#include "schedule/case_item.h"

namespace flowrun::schedule {

/// Whether a run is to end early, and what that did to its items.
class Ending {
 public:
  void stop() { interrupted_ = stopping_ = true; }
  void cancel() { interrupted_ = stopping_ = cancelling_ = true; }
  void fail_fast() { stopping_ = cancelling_ = true; }

  bool stopping() const { return stopping_; }
  bool cancelled() const { return cancelling_.load(std::memory_order_relaxed); }
  /// Whether somebody asked for the end, and something was left undone. `all_admitted`: every case was started.
  bool interrupted(bool all_admitted) const { return interrupted_ && (cancelling_ || !all_admitted); }
  /// Something of run scope was not done because the run was cancelled.
  bool cut_off_run() const { return cut_off_run_; }

  /// Nothing more of the item is to be done: the run was cancelled, or its case has stopped.
  bool skips(const Item& item) const {
    const CaseItem* of = case_of(item);
    return cancelled() || (of && of->stopped.load(std::memory_order_relaxed));
  }
  /// Of node code that asks whether it shall end: what it makes from now on is not relied on.
  bool tells_cancelled(const Item& item) {
    if (!skips(item)) return false;
    note_cut(item);
    return true;
  }
  /// The error that takes the place of outputs when a firing is not to happen any more; null when it is.
  ErrorPtr skip_reason(const Item& item);
  /// What takes the place of an error that node code threw after the end was asked for: it may have failed because of that, so
  /// its case counts as cancelled and runs again. Null otherwise.
  ErrorPtr reason_to_ignore_errors(const Item& item);
  bool is_cancelled_error(const ErrorPtr& error) const { return error == cancelled_error_; }

 private:
  void note_cut(const Item& item);

  std::atomic<bool> interrupted_{false};  ///< somebody asked for the end
  std::atomic<bool> stopping_{false};
  std::atomic<bool> cancelling_{false};
  std::atomic<bool> cut_off_run_{false};
  const ErrorPtr cancelled_error_ = std::make_shared<const CaseError>(CaseError{"", "", "", "the run was cancelled"});
};

}  // namespace flowrun::schedule
