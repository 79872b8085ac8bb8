#include "schedule/routing.h"

#include <algorithm>

#include "schedule/findings.h"

namespace flowrun::schedule {

void Router::start(Item& item, const ItemPlan& plan) {
  for (PlannedNode* node : plan.sources)
    if (runs(item, *node)) pass_gates(new_work(*node, item), node->spec->scope);
}

void Router::start_kept(Item& one_case, const Plan& plan) {
  if (!one_case.uses) return;
  for (const auto& node : plan.nodes) {
    const NodeUse use = one_case.uses[node->index];
    if (use != NodeUse::load && use != NodeUse::leave_out) continue;
    Work* const work = new_work(*node, one_case);
    work->kept = true;
    queue_.submit(work);
  }
}

void Router::deliver_outputs(const PlannedNode& node, Item& item, PayloadList& outputs, Ports kind) {
  if (node.makes_table && kind == Ports::plain && item.scope == Scope::per_case) Findings::report_tables(node, item, outputs);
  tls_handoff->open = true;
  PayloadPtr* payload = outputs.data();
  for (const OutputPlan& output : node.outputs) {
    PayloadPtr& emitted = *payload++;
    if (output.kind != kind) continue;
    for (const Target& target : output.targets) {
      const bool last = &target == &output.targets.back();
      deliver(target, item, last ? std::move(emitted) : emitted, nullptr);
    }
  }
  tls_handoff->open = false;
}

void Router::deliver_nothing(const PlannedNode& node, Item& item, const ErrorPtr& error, Ports kind) {
  tls_handoff->open = true;
  for (const OutputPlan& output : node.outputs)
    for (const Target& target : output.targets)
      if (output.kind == kind) deliver(target, item, nullptr, error);
  tls_handoff->open = false;
}

/// To a slot at which a packet waits for others.
void Router::deliver_waiting(const Target& target, Item& item, Packet packet) {
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

void Router::complete_join(PlannedNode& node, Item& item, std::vector<Packet> packets) {
  Work* work = new_work(node, item);
  for (std::size_t i = 0; i < packets.size(); ++i) {
    if (packets[i].error && !work->error) work->error = packets[i].error;
    work->inputs[i] = std::move(packets[i].payload);
  }
  pass_gates(work, node.spec->scope);
}

/// Takes the shared inputs of every coarser scope, finest first; waits at the first gate that is not open.
void Router::wait_at_gates(Work* work, Scope from) {
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
  queue_.submit(work);
}

void Router::deliver_to_gate(const Target& target, Gate& gate, Packet packet) {
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

void Router::deliver_to_collection(const Target& target, Item& item, Packet packet) {
  PlannedNode& node = *target.node;
  StreamFiring& collector = *item.parent->stream_firings[node.stream_index];
  wake_after(collector, [&] {
    if (collector.phase == StreamFiring::Phase::ended) return;
    auto& port = collector.collected[node.slots[target.slot].collected_index];
    // A chunk keeps its credit until it is accepted; a case does not, or one slow case would hold up all the others.
    port.arrived[item.index] = {std::move(packet), item.scope == Scope::chunk ? ItemRef(&item) : ItemRef()};
  });
}

void Router::submit_step(StreamFiring& state) {
  Work* work = new_work(state.node, state.item);
  work->inputs.clear();
  work->stream_firing = &state;
  work->begins = false;
  queue_.submit(work);
}

void Router::close_stream(const PlannedNode& node, Item& item, std::int64_t total, const ErrorPtr& error) {
  for (const Target& target : node.stream_targets) {
    const PlannedNode& reader = *target.node;
    if (!runs(item, reader)) continue;
    StreamFiring& collector = *item.stream_firings[reader.stream_index];
    wake_after(collector, [&] {
      if (collector.phase == StreamFiring::Phase::ended) return;
      if (error) collector.error = error;
      else if (total < 0 && reader.spec->type.inputs[reader.spec->slots[target.slot].port].required) collector.absent = true;
      else collector.collected[reader.slots[target.slot].collected_index].total = std::max<std::int64_t>(total, 0);
    });
  }
}

bool Router::open_gates(Item& item, const ItemPlan& plan, const ErrorPtr& error) {
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

void ChunkItem::ended() {
  router_.wake_after(stream_, [&] { --stream_.in_flight; });
  delete this;
}

}  // namespace flowrun::schedule
