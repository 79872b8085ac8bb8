#include "batch_limits.h"

#include <algorithm>

namespace flowrun::cnn::device {

std::int64_t BatchLimits::allowed(const std::string& kind, std::int64_t wanted) const {
  const std::lock_guard lock(mutex_);
  const auto found = limits_.find(kind);
  return std::max<std::int64_t>(1, found == limits_.end() ? wanted : std::min(wanted, found->second));
}

bool BatchLimits::lower(const std::string& kind, std::int64_t failed) {
  if (failed <= 1) return false;
  const std::lock_guard lock(mutex_);
  const auto [entry, is_new] = limits_.emplace(kind, failed / 2);
  if (!is_new) entry->second = std::min(entry->second, failed / 2);
  return true;
}

}  // namespace flowrun::cnn::device
