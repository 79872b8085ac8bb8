#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "schedule/item.h"

namespace flowrun::schedule {

/// A number that one thread changes while others may read it.
class SeenCount {
 public:
  SeenCount() = default;
  SeenCount(const SeenCount& other) : value_(other) {}
  SeenCount& operator=(const SeenCount& other) { return *this = static_cast<std::int64_t>(other); }
  SeenCount& operator=(std::int64_t value) {
    value_.store(value, std::memory_order_relaxed);
    return *this;
  }
  SeenCount& operator+=(std::int64_t more) { return *this = *this + more; }
  operator std::int64_t() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// What one thread counted of one node.
struct NodeCounts {
  std::int64_t firings = 0, failures = 0, waiting_ns = 0;
  SeenCount busy_ns, away_ns;
  int short_calls = 0;  ///< how many of the last calls in a row were short
  Clock::time_point began{}, ended{};  ///< the first call, the last one; the epoch: none was timed

  void add(const NodeCounts& other) {
    firings += other.firings;
    failures += other.failures;
    busy_ns += other.busy_ns;
    waiting_ns += other.waiting_ns;
    away_ns += other.away_ns;
    if (other.ended == Clock::time_point{}) return;
    began = began == Clock::time_point{} ? other.began : std::min(began, other.began);
    ended = std::max(ended, other.ended);
  }
};

/// Times the calls of nodes on one thread: the clock is read when a call ends, which is also when the next one begins. A reading
/// takes as long as a small firing does. So calls of nodes that have been short all the time are timed in groups, and share a
/// group's time evenly.
class CallClock {
 public:
  /// Counts from now on. `each`: every call has a reading of its own, for a trace.
  void start(bool each) {
    each_ = each;
    last_ = Clock::now();
  }

  /// What happens between these two counts for no node.
  void pause() { end_group(); }
  void resume() { last_ = Clock::now(); }

  /// When the call before ended, give or take a group of short calls.
  Clock::time_point last() const { return last_; }

  /// Around each call.
  void begin(const NodeCounts& counts) {
    if (group_size_ > 0 && !known_short(counts)) end_group();
  }
  void end(NodeCounts& counts) {
    group_[group_size_++] = &counts;
    if (each_ || group_size_ == kGroup || !known_short(counts)) end_group();
  }

  /// Reads the clock for the calls that have not been accounted for.
  void end_group() {
    if (group_size_ == 0) return;
    const Clock::time_point now = Clock::now();
    const std::int64_t share = nanoseconds(now - last_) / static_cast<std::int64_t>(group_size_);
    const Clock::time_point begin = std::exchange(last_, now);
    for (std::size_t i = 0; i < group_size_; ++i) {
      NodeCounts& counts = *group_[i];
      counts.busy_ns += share;
      if (counts.ended == Clock::time_point{}) counts.began = begin;
      counts.ended = now;
      counts.short_calls = share < kShortNs ? counts.short_calls + (counts.short_calls < kKnownAfter) : 0;
    }
    group_size_ = 0;
  }

 private:
  static constexpr std::size_t kGroup = 16;
  static constexpr std::int64_t kShortNs = 500;
  static constexpr int kKnownAfter = 100;
  static bool known_short(const NodeCounts& counts) { return counts.short_calls >= kKnownAfter; }

  Clock::time_point last_;
  std::size_t group_size_ = 0;
  std::array<NodeCounts*, kGroup> group_;
  bool each_ = false;
};

}  // namespace flowrun::schedule
