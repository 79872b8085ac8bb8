#include "schedule/statistics.h"

#include <utility>

#include "flowrun/host/kept_packet.h"

namespace flowrun::schedule {

void PayloadAccount::add(std::int64_t bytes) {
  const std::int64_t now = live_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  std::int64_t peak = peak_.load(std::memory_order_relaxed);
  while (now > peak && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
}

PayloadPtr PayloadAccount::adopt(std::unique_ptr<Payload> payload, PayloadAccount* part) {
  if (!payload) return nullptr;
  const auto bytes = static_cast<std::int64_t>(payload->bytes());
  add(bytes);
  if (part) part->add(bytes);
  return PayloadPtr(payload.release(), Release{.whole = this, .part = part, .bytes = bytes});
}

void PayloadAccount::Release::uncount() {
  if (!whole) return;
  whole->live_.fetch_sub(bytes, std::memory_order_relaxed);
  if (part) part->live_.fetch_sub(bytes, std::memory_order_relaxed);
  bytes = 0;
}

void PayloadAccount::Release::operator()(const Payload* dying) {
  delete dying;
  uncount();
}

bool PayloadAccount::hand_over(const PayloadPtr& payload) {
  Release* const release = std::get_deleter<Release>(payload);
  if (!release || std::exchange(release->is_taken, true)) return false;
  release->uncount();
  return true;
}

void PayloadAccount::release(const PayloadPtr& payload) {
  if (Release* const of = std::get_deleter<Release>(payload)) {
    of->uncount();
    of->whole = nullptr;
  }
}

void Statistics::resize(std::size_t threads, std::size_t nodes) {
  threads_.resize(threads);
  for (Padded& thread : threads_) thread.counts.resize(nodes);
}

NodeCounts Statistics::total(std::size_t node) const {
  NodeCounts sum;
  for (const Padded& thread : threads_) sum.add(thread.counts[node]);
  return sum;
}

double Statistics::seconds(std::size_t node) const {
  std::int64_t sum = 0;
  for (const Padded& thread : threads_) sum += thread.counts[node].busy_ns + thread.counts[node].away_ns;
  return static_cast<double>(sum) * 1e-9;
}

void Statistics::clear() {
  for (Padded& thread : threads_) {
    for (NodeCounts& counts : thread.counts) {
      const int known = counts.short_calls;
      counts = {};
      counts.short_calls = known;
    }
  }
}

CaseLedger* CaseLedgers::take() {
  if (spare_.empty()) {
    spare_.push_back(&ledgers_.emplace_back());
    spare_.back()->counts.resize(threads_, nodes_);
  }
  CaseLedger* const ledger = spare_.back();
  spare_.pop_back();
  // An account with payloads that a node keeps over cases waits for another time.
  if (!spare_accounts_.empty() && !spare_accounts_.front()->empty()) {
    spare_accounts_.push_back(spare_accounts_.front());
    spare_accounts_.pop_front();
  }
  if (!spare_accounts_.empty() && spare_accounts_.front()->empty()) {
    ledger->account = spare_accounts_.front();
    spare_accounts_.pop_front();
  } else {
    ledger->account = &accounts_.emplace_back();
  }
  ledger->account->forget_peak();
  return ledger;
}

void CaseLedgers::give(CaseLedger* ledger) {
  ledger->counts.clear();
  spare_accounts_.push_back(std::exchange(ledger->account, nullptr));
  spare_.push_back(ledger);
}

}  // namespace flowrun::schedule

void flowrun::keep_beyond_run(const PayloadPtr& packet) { schedule::PayloadAccount::release(packet); }
