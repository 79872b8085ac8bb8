#pragma once

#include <vector>

#include "schedule/routing.h"
#include "schedule/run_state.h"

namespace flowrun::schedule {

/// Fails what waits, so that the rest of the run continues. For a stall: nothing runs, nothing is queued, and cases are not done.
/// Firings wait at gates for a packet that can only come when a stream ends, and the stream waits for the credits that those
/// firings hold; or for a packet that comes when all cases are done. `live`: the cases that are not done.
void resolve_stall(RunState& state, Router& router, const std::vector<CaseItem*>& live);

}  // namespace flowrun::schedule
