// What the trace of a run gets; nothing where none is asked for.
#pragma once

#include <string_view>

#include "schedule/run_state.h"

namespace flowrun::schedule {

/// A call of a node, on this thread, until the clock's last reading. `chunk`: where it is not the item's. Only where the run has
/// a trace.
void trace_call(const RunState& state, const PlannedNode& node, const Item& item, const char* what, Clock::time_point begin,
                std::int64_t chunk);
/// The nodes of a case that do not run, because results of an earlier run are there. Only where the run has a trace.
void trace_kept(const RunState& state, const CaseItem& item);
/// This thread's part in the tasks of a firing.
void trace_tasks(const RunState& state, const PlannedNode& node, const Item& item);
/// A step that a node reports (Context::span).
void trace_span(const RunState& state, const PlannedNode& node, const Item& item, std::string_view step, Clock::time_point begin,
                Clock::time_point end);

}  // namespace flowrun::schedule
