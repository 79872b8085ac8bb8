#include "schedule/node_calls.h"

#include "schedule/thrown_text.h"

namespace flowrun::schedule {

/// The case's error from what a node threw; call in a catch block.
ErrorPtr NodeCalls::record_thrown(const PlannedNode& node, const Item& item) {
  if (const ErrorPtr cancelled = state_.ending.reason_to_ignore_errors(item)) return cancelled;
  ++tls_handoff->counts[node.index].failures;
  return state_.findings.fail(node, item, thrown_text());
}

void NodeCalls::report_failed(const PlannedNode& node, const Item& item, std::string_view step, const PayloadList& inputs,
                              const ErrorPtr& error, const PayloadPtr* accepted, std::size_t slot) {
  if (!state_.options.on_firing_failed || state_.ending.is_cancelled_error(error)) return;
  tls_handoff->clock.pause();
  FailedFiring failed{.node = node.index,
                      .step = step,
                      .inputs = {inputs.data(), node.slots.size()},
                      .item = accepted,
                      .item_slot = slot,
                      .error = *error};
  if (const CaseItem* const of = case_of(item)) failed.case_index = of->index;
  if (item.scope == Scope::chunk) failed.chunk = item.index;
  state_.options.on_firing_failed(failed);
  tls_handoff->clock.resume();
}

}  // namespace flowrun::schedule
