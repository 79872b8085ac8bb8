#pragma once

#include <string>

#include "schedule/deferral.h"
#include "schedule/tasks.h"
#include "schedule/tracing.h"

namespace flowrun::schedule {

/// Calls of node code: what it throws becomes the case's error, and its time is counted. Nothing else calls it.
class NodeCalls {
 public:
  NodeCalls(RunState& state, WorkQueue& queue) : tasks(state), deferral(state, queue), state_(state) {}

  /// Calls a function of a node. Null, or the error that it threw. `chunk`: for the trace, where it is not the item's.
  template <class Function>
  ErrorPtr guarded(const PlannedNode& node, const Item& item, const char* what, Function&& function, std::int64_t chunk = -1);
  /// A failed firing, to whoever wants to keep what it had.
  void report_failed(const PlannedNode& node, const Item& item, std::string_view step, const PayloadList& inputs,
                     const ErrorPtr& error, const PayloadPtr* accepted = nullptr, std::size_t slot = 0);
  RunState& state() { return state_; }

  Tasks tasks;
  Deferral deferral;

 private:
  ErrorPtr record_thrown(const PlannedNode& node, const Item& item);

  RunState& state_;
};

template <class Function>
ErrorPtr NodeCalls::guarded(const PlannedNode& node, const Item& item, const char* what, Function&& function,
                            std::int64_t chunk) {
  Handoff& handoff = *tls_handoff;
  NodeCounts& counts = handoff.counts[node.index];
  handoff.clock.begin(counts);
  const Clock::time_point begin = handoff.clock.last();
  handoff.now->set(node.index, item);
  handoff.in_node = true;
  ErrorPtr error;
  try {
    function();
  } catch (...) {
    error = record_thrown(node, item);
  }
  handoff.in_node = false;
  handoff.clock.end(counts);
  if (state_.options.trace) trace_call(state_, node, item, what, begin, chunk);
  return error;
}

}  // namespace flowrun::schedule
