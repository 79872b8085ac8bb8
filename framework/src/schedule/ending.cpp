#include "schedule/ending.h"

namespace flowrun::schedule {

/// The whole run was cancelled, and something of the item was not done for that.
void Ending::note_cut(const Item& item) {
  if (!cancelled()) return;
  if (CaseItem* const of = case_of(item)) of->cancelled = true;
  else cut_off_run_ = true;
}

ErrorPtr Ending::skip_reason(const Item& item) {
  if (!skips(item)) return nullptr;
  note_cut(item);
  if (CaseItem* const of = case_of(item)) {
    const std::lock_guard lock(of->mutex);
    if (of->first_error) return of->first_error;
  }
  return cancelled_error_;
}

ErrorPtr Ending::reason_to_ignore_errors(const Item& item) {
  if (!interrupted_ || !cancelled()) return nullptr;
  note_cut(item);
  return cancelled_error_;
}

}  // namespace flowrun::schedule
