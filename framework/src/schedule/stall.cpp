#include "schedule/stall.h"

#include <algorithm>
#include <stdexcept>

namespace flowrun::schedule {
namespace {

/// The inputs that a gate still waits for, as "'mean' from 'collector'".
std::string missing_inputs(const PlannedNode& node, const Gate& gate, Scope scope, const ValidatedGraph& graph) {
  std::string text;
  for (std::size_t i = 0; i < node.slots.size(); ++i) {
    if (node.slots[i].kind != SlotKind::coarse || node.slots[i].scope != scope) continue;
    const auto here = [i](const auto& entry) { return entry.first == i; };
    if (std::any_of(gate.packets.begin(), gate.packets.end(), here)) continue;
    const InputSlot& slot = node.spec->slots[i];
    text += (text.empty() ? "" : " and ") + ("'" + node.spec->type.inputs[slot.port].name) + "' from '" +
            graph.nodes[slot.source.node].id + "'";
  }
  return text;
}

std::string describe_gates(const Item& item, const ItemPlan& plan, const ValidatedGraph& graph) {
  std::string text;
  for (std::size_t i = 0; i < plan.gates.size(); ++i) {
    const auto& [node, scope] = plan.gates[i];
    const Gate& gate = item.gates[i];
    if (gate.waiting.empty()) continue;
    const std::string firings = gate.waiting.size() == 1 ? "1 firing" : std::to_string(gate.waiting.size()) + " firings";
    text += (text.empty() ? "" : "; ") + firings + " of '" + node->spec->id + "' (" + std::string(to_string(node->spec->scope)) +
            " scope) wait for input " + missing_inputs(*node, gate, scope, graph);
  }
  return text;
}

std::string describe_stall(const RunState& state, const CaseItem& item) {
  std::string text = describe_gates(item, state.plan.one_case, *state.graph);
  const std::string of_run = describe_gates(state.run_item, state.plan.run, *state.graph);
  text += (text.empty() || of_run.empty() ? "" : "; ") + of_run;
  for (const auto& stream : item.stream_firings) {
    if (stream->phase != StreamFiring::Phase::streaming || stream->in_flight < stream->node.credits) continue;
    text += "; '" + stream->node.spec->id + "' has all of its " + std::to_string(stream->node.credits) +
            " chunks in flight and can make no more until one is done";
  }
  return "the graph has stalled, everything in it waits: " + text +
         ". Give the waiting input a source that does not wait for the end of the same stream (or of the run), or a second stream";
}

}  // namespace

void resolve_stall(RunState& state, Router& router, const std::vector<CaseItem*>& live) {
  std::vector<ItemRef> keep;  // opening a gate may end a case
  for (CaseItem* item : live) keep.emplace_back(item);
  for (CaseItem* item : live) {
    const std::lock_guard lock(item->mutex);
    if (item->first_error) continue;
    item->errors.push_back({"", "", "", describe_stall(state, *item)});
    item->first_error = std::make_shared<const CaseError>(item->errors.back());
    item->stopped = true;
  }
  bool opened = false;
  for (CaseItem* item : live) opened |= router.open_gates(*item, state.plan.one_case, item->first_error);
  opened |= router.open_gates(state.run_item, state.plan.run, live.front()->first_error);
  if (!opened) throw std::logic_error("the engine lost a firing: cases are not done, yet nothing waits");
}

}  // namespace flowrun::schedule
