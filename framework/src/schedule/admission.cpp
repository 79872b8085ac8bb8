#include "schedule/admission.h"

#include <algorithm>

#include "schedule/kept_results.h"
#include "schedule/stall.h"

namespace flowrun::schedule {
namespace {

/// How far cases may run ahead of the one that a node collecting over the run waits for; bounds what it keeps.
constexpr std::int64_t kWindowPerCaseInFlight = 8;

}  // namespace

Admission::Admission(RunState& state, Router& router, WorkQueue& queue)
    : state_(state), router_(router), queue_(queue), most_in_flight_(std::max(1, state.options.cases_in_flight)) {
  ended_counts_.resize(state.graph->nodes.size());
}

void Admission::run(const std::vector<Case>& cases) {
  {
    const std::lock_guard lock(mutex_);
    cases_ = &cases;
    state_.board.set_cases(cases);
    results_.resize(cases.size());
    for (std::size_t i = 0; i < cases.size(); ++i) results_[i].name = cases[i].name;
  }
  queue_.execute([&] {
    equip(state_.run_item, state_.plan.run);
    state_.run_item.acquire();
    router_.start(state_.run_item, state_.plan.run);
    bool closed = false;
    for (;;) {
      admit_all();
      queue_.wait();
      std::vector<CaseItem*> live;
      {
        const std::lock_guard lock(mutex_);
        live = live_;
      }
      if (!live.empty()) resolve_stall(state_, router_, live);
      else if (!admit() && std::exchange(closed, close_admission())) break;
    }
  });
}

bool Admission::may_admit() const {
  if (state_.ending.stopping() || next_case_ >= cases_->size()) return false;
  if (static_cast<int>(live_.size()) >= most_in_flight_) return false;
  if (!state_.plan.collects_cases) return true;
  std::int64_t behind = static_cast<std::int64_t>(next_case_);
  for (const auto& collector : state_.run_item.stream_firings) {
    const std::lock_guard lock(collector->mutex);
    if (collector->phase != StreamFiring::Phase::collecting) continue;
    for (const auto& port : collector->collected) behind = std::min(behind, port.accepted);
  }
  return static_cast<std::int64_t>(next_case_) - behind < kWindowPerCaseInFlight * most_in_flight_;
}

void Admission::admit_all() {
  while (admit()) {
  }
}

/// Starts the next case if there is one and there is room.
bool Admission::admit() {
  CaseItem* item = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (!may_admit()) return false;
    item =
        new CaseItem(*this, state_.run_item, static_cast<std::int64_t>(next_case_), (*cases_)[next_case_], state_.ledgers.take());
    ++next_case_;
    equip(*item, state_.plan.one_case);
    live_.push_back(item);
    state_.cases_in_flight.fetch_add(1, std::memory_order_relaxed);
  }
  if (state_.options.on_case_start) state_.options.on_case_start(static_cast<std::size_t>(item->index));
  const ItemRef keep(item);  // a case of which nothing is left to start ends here
  if (state_.options.results) use_kept_results(state_, *item);
  router_.start_kept(*item, state_.plan);
  router_.start(*item, state_.plan.one_case);
  return true;
}

static bool has_ended(StreamFiring& collector) {
  const std::lock_guard lock(collector.mutex);
  return collector.phase == StreamFiring::Phase::ended;
}

/// No case will follow: nodes that collect the run's cases can finish. Where cases were left out they fail: what they would make
/// would look like a result over all cases.
bool Admission::close_admission() {
  std::size_t admitted;
  {
    const std::lock_guard lock(mutex_);
    admitted = next_case_;
  }
  for (const auto& collector : state_.run_item.stream_firings) {
    const bool partial = admitted < cases_->size() && !state_.ending.cancelled() && !collector->collected.empty();
    // Made before the collector is locked: the run's lock comes first everywhere.
    const ErrorPtr error = partial && !has_ended(*collector) ? partial_error(collector->node, admitted) : nullptr;
    {
      const std::lock_guard lock(collector->mutex);
      for (auto& port : collector->collected) port.total = static_cast<std::int64_t>(admitted);
      if (error) collector->error = error;
    }
    router_.wake(*collector);
  }
  return true;
}

ErrorPtr Admission::partial_error(const PlannedNode& node, std::size_t admitted) {
  return state_.findings.fail(node, state_.run_item,
                              "the run ended after " + std::to_string(admitted) + " of " + std::to_string(cases_->size()) +
                                  " cases, and this node takes all of them; it makes nothing out of a part. Run all cases again");
}

CaseResult Admission::result_of(CaseItem& item) const {
  CaseResult result;
  result.name = item.spec.name;
  result.status = !item.errors.empty() ? CaseStatus::failed : item.cancelled ? CaseStatus::cancelled : CaseStatus::done;
  result.errors = std::move(item.errors);
  for (const auto& [node, sentence] : item.warnings) result.warnings.push_back(state_.graph->nodes[node].id + ": " + sentence);
  result.start_s = std::chrono::duration<double>(item.started - state_.begin.load()).count();
  result.seconds = std::chrono::duration<double>(Clock::now() - item.started).count();
  for (const auto& [key, value] : item.reports)
    result.reports.push_back({state_.graph->nodes[key.first].id, key.second, value.value()});
  for (const auto& [node, reason] : item.left_out) result.left_out.push_back({node, reason});
  for (std::size_t i = 0; i < item.kept.uses.size(); ++i)
    if (item.kept.uses[i] == NodeUse::load || item.kept.uses[i] == NodeUse::skip) result.kept.push_back(i);
  result.saved_s = item.kept.saved_s();
  result.peak_payload_bytes = item.ledger->account->peak();
  for (std::size_t i = 0; i < state_.graph->nodes.size(); ++i) {
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

void Admission::case_ended(CaseItem& item) {
  const CaseResult result = result_of(item);
  const auto index = static_cast<std::size_t>(item.index);
  state_.cases_in_flight.fetch_sub(1, std::memory_order_relaxed);
  if (result.status == CaseStatus::failed && state_.options.fail_fast) state_.ending.fail_fast();
  {
    const std::lock_guard lock(mutex_);
    Ended& ended = result.status == CaseStatus::done ? done_ : failed_;
    ++ended.count;
    ended.seconds += result.seconds;
    results_[index] = result;
    for (std::size_t i = 0; i < ended_counts_.size(); ++i) ended_counts_[i].add(item.ledger->counts.total(i));
    state_.ledgers.give(item.ledger);
    live_.erase(std::find(live_.begin(), live_.end(), &item));
  }
  if (!state_.options.on_case_end) return;
  admit_all();  // the next case is read while this one is reported
  if (tls_handoff) tls_handoff->clock.pause();
  {
    const std::lock_guard lock(case_end_mutex_);
    state_.options.on_case_end(result, index);
  }
  if (tls_handoff) tls_handoff->clock.resume();
}

/// The running cases with what threads do for them.
void Admission::add_running(Progress& progress) const {
  const Clock::time_point time = Clock::now();
  for (const CaseItem* item : live_) {
    progress.running.push_back({item->spec.name, std::chrono::duration<double>(time - item->started).count(), {}});
    for (const Now& now : state_.board.threads()) {
      const std::uint64_t seen = now.node_and_case.load(std::memory_order_relaxed);
      const auto node = static_cast<std::size_t>(seen >> 32);
      if (node == 0 || (seen & 0xFFFFFFFF) != static_cast<std::uint64_t>(item->index + 1)) continue;
      progress.running.back().steps.push_back({state_.graph->nodes[node - 1].id, now.chunk.load(std::memory_order_relaxed)});
    }
  }
}

void Admission::add_to(Progress& progress) const {
  const std::lock_guard lock(mutex_);
  progress.cases_total = static_cast<std::int64_t>(results_.size());
  progress.cases_done = done_.count;
  progress.cases_failed = failed_.count;
  progress.cases_running = static_cast<std::int64_t>(live_.size());
  progress.done_case_seconds = done_.seconds;
  progress.failed_case_seconds = failed_.seconds;
  add_running(progress);
  for (const CaseItem* item : live_) {
    for (const auto& state : item->stream_firings) {
      const std::lock_guard state_lock(state->mutex);
      if (state->phase != StreamFiring::Phase::streaming) continue;
      progress.streams.push_back({state->node.spec->id, item->spec.name, state->produced - state->in_flight, state->expected});
    }
  }
}

void Admission::add_to(RunResult& result) const {
  const std::lock_guard lock(mutex_);
  result.cases = results_;
  result.interrupted = state_.ending.interrupted(next_case_ >= results_.size());
  for (std::size_t i = 0; i < ended_counts_.size(); ++i) {
    const ValidatedNode& spec = state_.graph->nodes[i];
    NodeCounts counts = state_.statistics.total(i);
    counts.add(ended_counts_[i]);
    result.nodes.push_back({spec.id, spec.type_name, spec.plugin, spec.plugin_version, counts.firings, counts.failures,
                            static_cast<double>(counts.busy_ns) * 1e-9, static_cast<double>(counts.waiting_ns) * 1e-9,
                            static_cast<double>(counts.away_ns) * 1e-9});
  }
}

void CaseItem::ended() {
  Admission& admission = admission_;
  admission.case_ended(*this);
  delete this;
  admission.admit_all();
}

}  // namespace flowrun::schedule
