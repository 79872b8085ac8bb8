// Values to slots, slots to firings.
#include "schedule/engine.h"

namespace flowrun::schedule {

/// To a slot at which a value waits for others.
void Engine::deliver_waiting(const Target& target, Item& item, Value value) {
  Stage& stage = *target.stage;
  const SlotPlan& slot = stage.slots[target.slot];
  if (slot.kind == SlotKind::collected) return deliver_to_collection(target, item, std::move(value));
  if (slot.kind == SlotKind::coarse) {
    const auto level = static_cast<std::size_t>(slot.scope);
    return deliver_to_gate(target, item.gates[stage.gate_index[level]], std::move(value));
  }
  Join& join = item.joins[stage.join_index];
  join.values[target.slot] = std::move(value);
  if (join.missing.fetch_sub(1, std::memory_order_acq_rel) == 1) complete_join(stage, item, std::move(join.values));
}

void Engine::complete_join(Stage& stage, Item& item, std::vector<Value> values) {
  Work* work = new_work(stage, item);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].error && !work->error) work->error = values[i].error;
    work->inputs[i] = std::move(values[i].payload);
  }
  pass_gates(work, stage.spec->scope);
}

/// Takes the shared inputs of every coarser scope, finest first; waits at the first gate that is not open.
void Engine::wait_at_gates(Work* work, Scope from) {
  Stage& stage = *work->stage;
  if (!work->hold) work->hold = ItemRef(work->item);
  for (int level = static_cast<int>(from) - 1; level >= 0; --level) {
    const auto scope = static_cast<std::size_t>(level);
    if (stage.coarse_count[scope] == 0) continue;
    Gate& gate = ancestor(work->item, static_cast<Scope>(level))->gates[stage.gate_index[scope]];
    const std::lock_guard lock(gate.mutex);
    if (gate.missing > 0) {
      gate.waiting.push_back(work);
      return;
    }
    for (const auto& [slot, value] : gate.values) {
      work->inputs[slot] = value.payload;
      if (value.error && !work->error) work->error = value.error;
    }
  }
  submit(work);
}

void Engine::deliver_to_gate(const Target& target, Gate& gate, Value value) {
  std::vector<Work*> released;
  {
    const std::lock_guard lock(gate.mutex);
    if (gate.missing == 0) return;  // opened by a stall
    gate.values.emplace_back(target.slot, std::move(value));
    if (--gate.missing == 0) released.swap(gate.waiting);
  }
  const auto level = static_cast<int>(target.stage->slots[target.slot].scope);
  for (Work* work : released) pass_gates(work, static_cast<Scope>(level + 1));
}

void Engine::deliver_to_collection(const Target& target, Item& item, Value value) {
  Stage& stage = *target.stage;
  LongFiring& collector = *item.parent->long_firings[stage.long_index];
  wake_after(collector, [&] {
    if (collector.phase == LongFiring::Phase::ended) return;
    auto& port = collector.collected[stage.slots[target.slot].collected_index];
    // A chunk keeps its credit until it is accepted; a case does not, or one slow case would hold up all the others.
    port.arrived[item.index] = {std::move(value), item.scope == Scope::chunk ? ItemRef(&item) : ItemRef()};
  });
}

void Engine::enqueue(Work* work) {
  Handoff* const handoff = tls_handoff;
  if (!work->hold) work->hold = ItemRef(work->item);
  work->ready = handoff ? handoff->clock.last() : Clock::now();
  // An error calls no code of the node, so it waits for no place at it. Looked at before the work belongs to another thread.
  const bool at_once = work->stage->unlimited || work->error;
  work->submitted.store(true, std::memory_order_release);
  if (at_once) {
    ready_queue_.push(work);
    any_ready_->try_put(tbb::flow::continue_msg{});
  } else {
    work->stage->flow_node->try_put(work);
  }
}

}  // namespace flowrun::schedule
