#include "schedule/tracing.h"

#include <algorithm>

namespace flowrun::schedule {
namespace {

/// A number for the trace of a thread that a node made itself, behind those of the engine.
int own_thread_number(int engine_threads) {
  static std::atomic<int> numbered{0};
  thread_local const int number = numbered++;
  return engine_threads + number;
}

TraceEvent event_of(const RunState& state, std::size_t node, const Item& item, Clock::time_point begin, Clock::time_point end) {
  const Clock::time_point start = state.begin.load(std::memory_order_relaxed);
  TraceEvent event;
  event.node = static_cast<std::int32_t>(node);
  if (const CaseItem* const of = case_of(item)) event.case_index = static_cast<std::int32_t>(of->index);
  event.chunk = item.scope == Scope::chunk ? item.index : -1;
  event.thread = tls_handoff ? tls_handoff->thread : own_thread_number(state.threads);
  event.begin_ns = nanoseconds(begin - start);
  event.end_ns = nanoseconds(end - start);
  return event;
}

}  // namespace

void trace_call(const RunState& state, const PlannedNode& node, const Item& item, const char* what, Clock::time_point begin,
                std::int64_t chunk) {
  TraceEvent event = event_of(state, node.index, item, begin, tls_handoff->clock.last());
  event.what = what;
  if (chunk >= 0) event.chunk = chunk;
  event.payload_bytes = state.account.live();
  event.cases_in_flight = state.cases_in_flight.load(std::memory_order_relaxed);
  state.options.trace->record(event);
}

void trace_kept(const RunState& state, const CaseItem& item) {
  const Clock::time_point now = Clock::now();
  for (std::size_t node = 0; node < item.kept.uses.size(); ++node) {
    const auto loaded = item.kept.loaded.find(node);
    if (loaded == item.kept.loaded.end() && item.kept.uses[node] != NodeUse::skip) continue;
    const bool is_loaded = loaded != item.kept.loaded.end();
    TraceEvent event =
        is_loaded ? event_of(state, node, item, loaded->second.begin, loaded->second.end) : event_of(state, node, item, now, now);
    event.what = is_loaded ? "load" : "skip";
    if (is_loaded) event.saved_s = loaded->second.saved_s;
    state.options.trace->record(event);
  }
}

void trace_tasks(const RunState& state, const PlannedNode& node, const Item& item) {
  if (!state.options.trace) return;
  TraceEvent event = event_of(state, node.index, item, tls_handoff->clock.last(), Clock::now());
  event.what = "tasks";
  state.options.trace->record(event);
}

void trace_span(const RunState& state, const PlannedNode& node, const Item& item, std::string_view step, Clock::time_point begin,
                Clock::time_point end) {
  if (!state.options.trace) return;
  if (tls_handoff) begin = std::max(begin, tls_handoff->clock.last());  // a viewer nests by time
  TraceEvent event = event_of(state, node.index, item, begin, std::max(begin, end));
  event.inside = true;
  state.options.trace->record(event, step);
}

}  // namespace flowrun::schedule
