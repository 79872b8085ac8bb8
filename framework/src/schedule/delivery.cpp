// Packets to slots, slots to firings.
#include "schedule/engine.h"

namespace flowrun::schedule {

/// To a slot at which a packet waits for others.
void Engine::deliver_waiting(const Target& target, Item& item, Packet packet) {
  PlannedNode& node = *target.node;
  const SlotPlan& slot = node.slots[target.slot];
  if (slot.kind == SlotKind::collected) return deliver_to_collection(target, item, std::move(packet));
  if (slot.kind == SlotKind::coarse) {
    const auto level = static_cast<std::size_t>(slot.scope);
    return deliver_to_gate(target, item.gates[node.gate_index[level]], std::move(packet));
  }
  Join& join = item.joins[node.join_index];
  join.packets[target.slot] = std::move(packet);
  if (join.missing.fetch_sub(1, std::memory_order_acq_rel) == 1) complete_join(node, item, std::move(join.packets));
}

void Engine::complete_join(PlannedNode& node, Item& item, std::vector<Packet> packets) {
  Work* work = new_work(node, item);
  for (std::size_t i = 0; i < packets.size(); ++i) {
    if (packets[i].error && !work->error) work->error = packets[i].error;
    work->inputs[i] = std::move(packets[i].payload);
  }
  pass_gates(work, node.spec->scope);
}

/// Takes the shared inputs of every coarser scope, finest first; waits at the first gate that is not open.
void Engine::wait_at_gates(Work* work, Scope from) {
  PlannedNode& node = *work->node;
  if (!work->hold) work->hold = ItemRef(work->item);
  for (int level = static_cast<int>(from) - 1; level >= 0; --level) {
    const auto scope = static_cast<std::size_t>(level);
    if (node.coarse_count[scope] == 0) continue;
    Gate& gate = ancestor(work->item, static_cast<Scope>(level))->gates[node.gate_index[scope]];
    const std::lock_guard lock(gate.mutex);
    if (gate.missing > 0) {
      gate.waiting.push_back(work);
      return;
    }
    for (const auto& [slot, packet] : gate.packets) {
      work->inputs[slot] = packet.payload;
      if (packet.error && !work->error) work->error = packet.error;
    }
  }
  submit(work);
}

void Engine::deliver_to_gate(const Target& target, Gate& gate, Packet packet) {
  std::vector<Work*> released;
  {
    const std::lock_guard lock(gate.mutex);
    if (gate.missing == 0) return;  // opened by a stall
    gate.packets.emplace_back(target.slot, std::move(packet));
    if (--gate.missing == 0) released.swap(gate.waiting);
  }
  const auto level = static_cast<int>(target.node->slots[target.slot].scope);
  for (Work* work : released) pass_gates(work, static_cast<Scope>(level + 1));
}

void Engine::deliver_to_collection(const Target& target, Item& item, Packet packet) {
  PlannedNode& node = *target.node;
  StreamFiring& collector = *item.parent->stream_firings[node.stream_index];
  wake_after(collector, [&] {
    if (collector.phase == StreamFiring::Phase::ended) return;
    auto& port = collector.collected[node.slots[target.slot].collected_index];
    // A chunk keeps its credit until it is accepted; a case does not, or one slow case would hold up all the others.
    port.arrived[item.index] = {std::move(packet), item.scope == Scope::chunk ? ItemRef(&item) : ItemRef()};
  });
}

void Engine::enqueue(Work* work) {
  Handoff* const handoff = tls_handoff;
  if (!work->hold) work->hold = ItemRef(work->item);
  work->ready = handoff ? handoff->clock.last() : Clock::now();
  // An error calls no code of the node, so it waits for no place at it. Looked at before the work belongs to another thread.
  const bool at_once = work->node->unlimited || work->error;
  work->submitted.store(true, std::memory_order_release);
  if (at_once) {
    ready_queue_.push(work);
    any_ready_->try_put(tbb::flow::continue_msg{});
  } else {
    work->node->flow_node->try_put(work);
  }
}

}  // namespace flowrun::schedule
