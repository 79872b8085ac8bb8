// A stall: nothing runs, nothing is queued, and cases are not done. Firings wait at gates for a packet that can only come when a
// stream ends, and the stream waits for the credits that those firings hold; or for a packet that comes when all cases are done.
#include <algorithm>
#include <stdexcept>

#include "schedule/engine.h"

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

}  // namespace

std::string Engine::describe_stall(CaseItem& item) {
  std::string text = describe_gates(item, plan_.one_case, *graph_);
  const std::string of_run = describe_gates(run_item_, plan_.run, *graph_);
  text += (text.empty() || of_run.empty() ? "" : "; ") + of_run;
  for (const auto& state : item.stream_firings) {
    if (state->phase != StreamFiring::Phase::streaming || state->in_flight < state->node.credits) continue;
    text += "; '" + state->node.spec->id + "' has all of its " + std::to_string(state->node.credits) +
            " chunks in flight and can make no more until one is done";
  }
  return "the graph has stalled, everything in it waits: " + text +
         ". Give the waiting input a source that does not wait for the end of the same stream (or of the run), or a second stream";
}

/// Fails what waits, so that the rest of the run goes on.
void Engine::resolve_stall() {
  std::vector<CaseItem*> live;
  {
    const std::lock_guard lock(mutex_);
    live = live_;
  }
  std::vector<ItemRef> keep;  // opening a gate may end a case
  for (CaseItem* item : live) keep.emplace_back(item);
  for (CaseItem* item : live) {
    const std::lock_guard lock(item->mutex);
    if (item->first_error) continue;
    item->errors.push_back({"", "", "", describe_stall(*item)});
    item->first_error = std::make_shared<const CaseError>(item->errors.back());
    item->stopped = true;
  }
  bool opened = false;
  for (CaseItem* item : live) opened |= open_gates(*item, plan_.one_case, item->first_error);
  opened |= open_gates(run_item_, plan_.run, live.front()->first_error);
  if (!opened) throw std::logic_error("the engine lost a firing: cases are not done, yet nothing waits");
}

bool Engine::open_gates(Item& item, const ItemPlan& plan, const ErrorPtr& error) {
  bool opened = false;
  for (std::size_t i = 0; i < plan.gates.size(); ++i) {
    const auto& [node, scope] = plan.gates[i];
    Gate& gate = item.gates[i];
    std::vector<Work*> released;
    {
      const std::lock_guard lock(gate.mutex);
      if (gate.waiting.empty()) continue;
      gate.missing = 0;
      gate.packets.emplace_back(node->slots.size() - 1, Packet{nullptr, error});
      released.swap(gate.waiting);
    }
    opened = true;
    for (Work* work : released) pass_gates(work, static_cast<Scope>(static_cast<int>(scope) + 1));
  }
  return opened;
}

}  // namespace flowrun::schedule
