#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "schedule/handoff.h"
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
  struct Counts {
    std::int64_t firings = 0, failures = 0, busy_ns = 0, waiting_ns = 0;
  };
  void resize(std::size_t threads, std::size_t nodes);
  Counts& here(std::size_t node) { return threads_[static_cast<std::size_t>(thread_index())].counts[node]; }
  Counts total(std::size_t node) const;
  /// Of the calling thread, while it runs a firing.
  static int thread_index() {
    return tls_handoff ? tls_handoff->thread : 0;
  }

 private:
  struct alignas(64) Padded {
    std::vector<Counts> counts;
  };
  std::vector<Padded> threads_;
};

}  // namespace flowrun::schedule
