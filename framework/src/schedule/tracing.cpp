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

TraceEvent event_of(const RunState& state, const PlannedNode& node, const Item& item, Clock::time_point begin,
                    Clock::time_point end) {
  const Clock::time_point start = state.begin.load(std::memory_order_relaxed);
  TraceEvent event;
  event.node = static_cast<std::int32_t>(node.index);
  if (const CaseItem* const of = case_of(item)) event.case_index = static_cast<std::int32_t>(of->index);
  event.chunk = item.scope == Scope::chunk ? item.index : -1;
  event.thread = tls_handoff ? tls_handoff->thread : own_thread_number(state.threads);
  event.begin_ns = nanoseconds(begin - start);
  event.end_ns = nanoseconds(end - start);
  return event;
}

}  // namespace

void trace_call(const RunState& state, const PlannedNode& node, const Item& item, const char* what, Clock::time_point begin) {
  TraceEvent event = event_of(state, node, item, begin, tls_handoff->clock.last());
  event.what = what;
  event.payload_bytes = state.account.live();
  event.cases_in_flight = state.cases_in_flight.load(std::memory_order_relaxed);
  state.options.trace->record(event);
}

void trace_tasks(const RunState& state, const PlannedNode& node, const Item& item) {
  if (!state.options.trace) return;
  TraceEvent event = event_of(state, node, item, tls_handoff->clock.last(), Clock::now());
  event.what = "tasks";
  state.options.trace->record(event);
}

void trace_span(const RunState& state, const PlannedNode& node, const Item& item, std::string_view step, Clock::time_point begin,
                Clock::time_point end) {
  if (!state.options.trace) return;
  if (tls_handoff) begin = std::max(begin, tls_handoff->clock.last());  // a viewer nests by time
  TraceEvent event = event_of(state, node, item, begin, std::max(begin, end));
  event.inside = true;
  state.options.trace->record(event, step);
}

}  // namespace flowrun::schedule
