#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "schedule/call_clock.h"
#include "schedule/item.h"

namespace flowrun::schedule {

/// Bytes of the payloads that are alive, and their peak.
class PayloadAccount {
 public:
  /// Shares a payload and counts its bytes, here and in `part`, until its last reader is done. `part` may be null.
  PayloadPtr adopt(std::unique_ptr<Payload> payload, PayloadAccount* part);
  /// A firing takes the payload over, to make its output of it: from now on it counts as the node's own memory. False: it
  /// has been taken over before.
  static bool hand_over(const PayloadPtr& payload);
  /// The payload may outlive the account from now on, and is not counted any more.
  static void release(const PayloadPtr& payload);
  std::int64_t peak() const { return peak_; }
  bool empty() const { return live_ == 0; }
  void forget_peak() { peak_ = 0; }
  std::int64_t live() const { return live_.load(std::memory_order_relaxed); }

 private:
  struct Release {
    PayloadAccount* whole;
    PayloadAccount* part;
    std::int64_t bytes;
    bool is_taken = false;
    void uncount();
    void operator()(const Payload* dying);
  };
  void add(std::int64_t bytes);
  std::atomic<std::int64_t> live_{0};
  std::atomic<std::int64_t> peak_{0};
};

/// Counts and times per node, kept per thread so that counting costs no shared cache line.
class Statistics {
 public:
  void resize(std::size_t threads, std::size_t nodes);
  NodeCounts* of_thread(int thread) { return threads_[static_cast<std::size_t>(thread)].counts.data(); }
  NodeCounts total(std::size_t node) const;
  /// Busy and handed on to devices; also while threads count.
  double seconds(std::size_t node) const;
  /// Back to zero, but for what is known about how long calls take.
  void clear();

 private:
  struct alignas(64) Padded {
    std::vector<NodeCounts> counts;
  };
  std::vector<Padded> threads_;
};

/// What one case costs. It is used again for another case: allocating it for each would cost more than small cases do.
struct CaseLedger {
  Statistics counts;
  PayloadAccount* account = nullptr;
};

/// The ledgers of the cases in flight. The engine guards it.
class CaseLedgers {
 public:
  void resize(std::size_t threads, std::size_t nodes) { threads_ = threads, nodes_ = nodes; }
  CaseLedger* take();
  void give(CaseLedger* ledger);

 private:
  std::size_t threads_ = 0, nodes_ = 0;
  std::deque<CaseLedger> ledgers_;
  std::vector<CaseLedger*> spare_;
  std::deque<PayloadAccount> accounts_;         ///< never freed before the engine: a payload may outlive its case
  std::deque<PayloadAccount*> spare_accounts_;  ///< of cases that have ended
};

}  // namespace flowrun::schedule
