// Values to slots, slots to firings.
#include "schedule/engine.h"
#include "schedule/handoff.h"

namespace flowrun::schedule {
void Engine::deliver(const Target& target, Item& item, Value value) {
  Stage& stage = *target.stage;
  const SlotPlan& slot = stage.slots[target.slot];
  if (slot.kind == SlotKind::collected) return deliver_to_collection(target, item, std::move(value));
  if (slot.kind == SlotKind::coarse) {
    const auto level = static_cast<std::size_t>(slot.scope);
    return deliver_to_gate(target, item.gates[stage.gate_index[level]], std::move(value));
  }
  if (stage.plain_count == 1) {
    Work* work = new_work(stage, item);
    work->inputs[target.slot] = std::move(value.payload);
    work->error = std::move(value.error);
    return pass_gates(work, stage.spec->scope);
  }
  Join& join = item.joins[stage.join_index];
  join.values[target.slot] = std::move(value);
  if (join.missing.fetch_sub(1, std::memory_order_acq_rel) == 1) ready(stage, item, std::move(join.values));
}

void Engine::ready(Stage& stage, Item& item, std::vector<Value> values) {
  Work* work = new_work(stage, item);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].error && !work->error) work->error = values[i].error;
    work->inputs[i] = std::move(values[i].payload);
  }
  pass_gates(work, stage.spec->scope);
}

Work* Engine::new_work(Stage& stage, Item& item) {
  Handoff* const handoff = tls_handoff;
  Work* work = handoff ? std::exchange(handoff->spare, nullptr) : nullptr;
  if (!work) work = new Work;
  work->stage = &stage;
  work->item = ItemRef(&item);
  work->inputs.resize(stage.slots.size());
  return work;
}

/// Takes the shared inputs of every coarser scope, finest first; waits at the first gate that is not open.
void Engine::pass_gates(Work* work, Scope from) {
  Stage& stage = *work->stage;
  for (int level = static_cast<int>(from) - 1; stage.has_gates && level >= 0; --level) {
    const auto scope = static_cast<std::size_t>(level);
    if (stage.coarse_count[scope] == 0) continue;
    Gate& gate = ancestor(work->item.get(), static_cast<Scope>(level))->gates[stage.gate_index[scope]];
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
  {
    const std::lock_guard lock(collector.mutex);
    if (collector.phase == LongFiring::Phase::ended) return;
    auto& port = collector.collected[stage.slots[target.slot].collected_index];
    // A chunk keeps its credit until it is accepted; a case does not, or one slow case would hold up all the others.
    port.arrived[item.index] = {std::move(value), item.scope == Scope::chunk ? ItemRef(&item) : ItemRef()};
  }
  wake(collector);
}

void Engine::submit(Work* work) {
  Handoff* const handoff = tls_handoff;
  const bool at_end = handoff && handoff->open;
  work->ready = at_end ? handoff->time : Clock::now();
  work->submitted.store(true, std::memory_order_release);
  if (!work->stage->unlimited) {
    work->stage->flow_node->try_put(work);
  } else if (at_end && !handoff->work) {
    handoff->work = work;
  } else {
    ready_queue_.push(work);
    any_ready_->try_put(tbb::flow::continue_msg{});
  }
}

}  // namespace flowrun::schedule
