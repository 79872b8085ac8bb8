#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "schedule/call_clock.h"
#include "schedule/item.h"

namespace flowrun::schedule {

/// Bytes of the payloads that are alive, and their peak.
class PayloadAccount {
 public:
  /// Shares a payload and counts its bytes until its last reader is done.
  PayloadPtr adopt(std::unique_ptr<Payload> payload);
  std::int64_t peak() const { return peak_; }

 private:
  std::atomic<std::int64_t> live_{0};
  std::atomic<std::int64_t> peak_{0};
};

/// Counts and times per node, kept per thread so that counting costs no shared cache line.
class Statistics {
 public:
  void resize(std::size_t threads, std::size_t nodes);
  NodeCounts* of_thread(int thread) { return threads_[static_cast<std::size_t>(thread)].counts.data(); }
  NodeCounts total(std::size_t node) const;

 private:
  struct alignas(64) Padded {
    std::vector<NodeCounts> counts;
  };
  std::vector<Padded> threads_;
};

}  // namespace flowrun::schedule
