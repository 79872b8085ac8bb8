#include "schedule/statistics.h"

namespace flowrun::schedule {

PayloadPtr PayloadAccount::adopt(std::unique_ptr<Payload> payload) {
  if (!payload) return nullptr;
  const auto bytes = static_cast<std::int64_t>(payload->bytes());
  const std::int64_t now = live_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  std::int64_t peak = peak_.load(std::memory_order_relaxed);
  while (now > peak && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
  return PayloadPtr(payload.release(), [this, bytes](const Payload* dying) {
    delete dying;
    live_.fetch_sub(bytes, std::memory_order_relaxed);
  });
}

void Statistics::resize(std::size_t threads, std::size_t nodes) {
  threads_.resize(threads);
  for (Padded& thread : threads_) thread.counts.resize(nodes);
}

NodeCounts Statistics::total(std::size_t node) const {
  NodeCounts sum;
  for (const Padded& thread : threads_) {
    const NodeCounts& part = thread.counts[node];
    sum.firings += part.firings;
    sum.failures += part.failures;
    sum.busy_ns += part.busy_ns;
    sum.waiting_ns += part.waiting_ns;
  }
  return sum;
}

}  // namespace flowrun::schedule
