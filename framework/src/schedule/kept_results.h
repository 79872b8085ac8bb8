// Where the engine meets the results of earlier runs (host/node_results.h).
#pragma once

#include "schedule/run_state.h"

namespace flowrun::schedule {

/// Asks what earlier runs save a case, before its first firing.
void use_kept_results(const RunState& state, CaseItem& item);
/// The outputs of a node that is loaded.
void take_kept(RunState& state, const PlannedNode& node, CaseItem& item, PayloadList& outputs);
/// Hands over what a node has made, before it is delivered.
void offer_result(RunState& state, const PlannedNode& node, Item& item, const PayloadList& outputs);

}  // namespace flowrun::schedule
