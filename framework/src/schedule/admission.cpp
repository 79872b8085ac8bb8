// Which cases are in flight.
#include <algorithm>

#include "schedule/engine.h"

namespace flowrun::schedule {
namespace {

/// How far cases may run ahead of the one that a node collecting over the run waits for; bounds what it keeps.
constexpr std::int64_t kWindowPerCaseInFlight = 8;

}  // namespace

void Engine::run_cases(const std::vector<Case>& cases) {
  {
    const std::lock_guard lock(mutex_);
    cases_ = &cases;
    seen_cases_.store(&cases, std::memory_order_release);
    results_.resize(cases.size());
    for (std::size_t i = 0; i < cases.size(); ++i) results_[i].name = cases[i].name;
  }
  arena_->execute([&] {
    equip(run_item_, plan_.run);
    run_item_.acquire();
    start_item(run_item_, plan_.run);
    bool closed = false;
    for (;;) {
      admit_all();
      flow_->wait_for_all();
      tasks_done_.load(std::memory_order_acquire);
      std::size_t live;
      {
        const std::lock_guard lock(mutex_);
        live = live_.size();
      }
      if (live > 0) resolve_stall();
      else if (!admit() && std::exchange(closed, close_admission())) break;
    }
  });
}

bool Engine::may_admit() const {
  if (stopping_ || next_case_ >= cases_->size()) return false;
  if (static_cast<int>(live_.size()) >= options_.cases_in_flight) return false;
  if (!plan_.collects_cases) return true;
  std::int64_t behind = static_cast<std::int64_t>(next_case_);
  for (const auto& collector : run_item_.stream_firings) {
    const std::lock_guard lock(collector->mutex);
    if (collector->phase != StreamFiring::Phase::collecting) continue;
    for (const auto& port : collector->collected) behind = std::min(behind, port.accepted);
  }
  return static_cast<std::int64_t>(next_case_) - behind < kWindowPerCaseInFlight * options_.cases_in_flight;
}

void Engine::admit_all() {
  while (admit()) {
  }
}

/// Starts the next case if there is one and there is room.
bool Engine::admit() {
  CaseItem* item = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (!may_admit()) return false;
    item = new CaseItem(*this, run_item_, static_cast<std::int64_t>(next_case_), (*cases_)[next_case_], ledgers_.take());
    ++next_case_;
    equip(*item, plan_.one_case);
    live_.push_back(item);
    in_flight_.fetch_add(1, std::memory_order_relaxed);
  }
  if (options_.on_case_start) options_.on_case_start(static_cast<std::size_t>(item->index));
  const ItemRef keep(item);  // a case of which nothing is left to start ends here
  start_item(*item, plan_.one_case);
  return true;
}

void Engine::start_item(Item& item, const ItemPlan& plan) {
  for (PlannedNode* node : plan.sources) pass_gates(new_work(*node, item), node->spec->scope);
}

static bool has_ended(StreamFiring& collector) {
  const std::lock_guard lock(collector.mutex);
  return collector.phase == StreamFiring::Phase::ended;
}

/// No case will follow: nodes that collect the run's cases can finish. Where cases were left out they fail: what they would make
/// could not be told from a result over all cases.
bool Engine::close_admission() {
  std::size_t admitted;
  {
    const std::lock_guard lock(mutex_);
    admitted = next_case_;
  }
  for (const auto& collector : run_item_.stream_firings) {
    const bool partial = admitted < cases_->size() && !cancelled() && !collector->collected.empty();
    // Made before the collector is locked: the run's lock comes first everywhere.
    const ErrorPtr error = partial && !has_ended(*collector) ? partial_error(collector->node, admitted) : nullptr;
    {
      const std::lock_guard lock(collector->mutex);
      for (auto& port : collector->collected) port.total = static_cast<std::int64_t>(admitted);
      if (error) collector->error = error;
    }
    wake(*collector);
  }
  return true;
}

ErrorPtr Engine::partial_error(const PlannedNode& node, std::size_t admitted) {
  const ValidatedNode& spec = *node.spec;
  auto error = std::make_shared<const CaseError>(
      CaseError{spec.id, spec.type_name, spec.plugin,
                "the run ended after " + std::to_string(admitted) + " of " + std::to_string(cases_->size()) +
                    " cases, and this node takes all of them; it makes nothing out of a part. Run all cases again"});
  const std::lock_guard lock(mutex_);
  run_errors_.push_back(*error);
  return error;
}

CaseResult Engine::result_of(CaseItem& item) const {
  CaseResult result;
  result.name = item.spec.name;
  result.status = !item.errors.empty() ? CaseStatus::failed : item.cancelled ? CaseStatus::cancelled : CaseStatus::done;
  result.errors = std::move(item.errors);
  result.warnings = std::move(item.warnings);
  result.start_s = std::chrono::duration<double>(item.started - begin_).count();
  result.seconds = std::chrono::duration<double>(Clock::now() - item.started).count();
  for (const auto& [key, value] : item.reports) result.reports.push_back({graph_->nodes[key.first].id, key.second, value});
  for (const auto& [node, reason] : item.left_out) result.left_out.push_back({node, reason});
  result.peak_payload_bytes = item.ledger->account->peak();
  for (std::size_t i = 0; i < graph_->nodes.size(); ++i) {
    const NodeCounts counts = item.ledger->counts.total(i);
    if (counts.firings == 0) continue;
    const auto since = [&](Clock::time_point time) {
      return std::max(0.0, std::chrono::duration<double>(time - item.started).count());
    };
    result.timings.push_back(
        {i, counts.firings, static_cast<double>(counts.busy_ns) * 1e-9, since(counts.began), since(counts.ended)});
  }
  return result;
}

void Engine::case_ended(CaseItem& item) {
  const CaseResult result = result_of(item);
  const auto index = static_cast<std::size_t>(item.index);
  in_flight_.fetch_sub(1, std::memory_order_relaxed);
  if (result.status == CaseStatus::failed && options_.fail_fast) stopping_ = cancelling_ = true;
  {
    const std::lock_guard lock(mutex_);
    const bool done = result.status == CaseStatus::done;
    ++(done ? done_count_ : failed_count_);
    (done ? done_seconds_ : failed_seconds_) += result.seconds;
    results_[index] = result;
    for (std::size_t i = 0; i < ended_counts_.size(); ++i) ended_counts_[i].add(item.ledger->counts.total(i));
    ledgers_.give(item.ledger);
    live_.erase(std::find(live_.begin(), live_.end(), &item));
  }
  if (!options_.on_case_end) return;
  admit_all();  // the next case is read while this one is told of
  if (tls_handoff) tls_handoff->clock.pause();
  {
    const std::lock_guard lock(case_end_mutex_);
    options_.on_case_end(result, index);
  }
  if (tls_handoff) tls_handoff->clock.resume();
}

}  // namespace flowrun::schedule
