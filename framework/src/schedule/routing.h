#pragma once

#include "schedule/case_item.h"
#include "schedule/plan.h"
#include "schedule/work_queue.h"

namespace flowrun::schedule {

/// Whether a node runs on an item, or gets its outputs from elsewhere.
inline bool runs(const Item& item, const PlannedNode& node) {
  return !item.uses || item.uses[node.index] == NodeUse::run;
}

/// Brings packets to the slots of nodes, and makes works of the firings whose inputs have all come.
class Router {
 public:
  explicit Router(WorkQueue& queue) : queue_(queue) {}

  /// The firings of an item that wait for no input of it.
  void start(Item& item, const ItemPlan& plan);
  /// The nodes of a case whose outputs come from an earlier run, or that are known to be absent.
  void start_kept(Item& one_case, const Plan& plan);
  /// To the readers of the outputs that one call of a node fills.
  void deliver_outputs(const PlannedNode& node, Item& item, PayloadList& outputs, Ports kind);
  /// In place of outputs that will not come: the error, or absent where it is null.
  void deliver_nothing(const PlannedNode& node, Item& item, const ErrorPtr& error, Ports kind);

  /// A stream firing has got something: a work for its next step, if there is one to take and no work for it yet.
  void wake(StreamFiring& state) {
    wake_after(state, [] {});
  }
  /// After a change that is made under its lock.
  template <class Change>
  void wake_after(StreamFiring& state, Change&& change);
  /// Reports to the collecting ports of a stream how many chunks it had, or why it broke off; -1 and no error: there is no stream
  /// in this case.
  void close_stream(const PlannedNode& node, Item& item, std::int64_t total, const ErrorPtr& error);

  /// Opens the gates of an item at which firings wait, with an error in place of what is missing; whether there were any.
  bool open_gates(Item& item, const ItemPlan& plan, const ErrorPtr& error);

 private:
  void deliver(const Target& target, Item& item, PayloadPtr payload, const ErrorPtr& error);
  void deliver_waiting(const Target& target, Item& item, Packet packet);
  void deliver_to_gate(const Target& target, Gate& gate, Packet packet);
  void deliver_to_collection(const Target& target, Item& item, Packet packet);
  void complete_join(PlannedNode& node, Item& item, std::vector<Packet> packets);
  static Work* new_work(PlannedNode& node, Item& item);
  void pass_gates(Work* work, Scope from) {
    if (!work->node->has_gates) queue_.submit(work);
    else wait_at_gates(work, from);
  }
  void wait_at_gates(Work* work, Scope from);
  void submit_step(StreamFiring& state);

  WorkQueue& queue_;
};

/// While the outputs of a firing on the same item are delivered, that firing's work keeps the item for this one too: counting
/// references up and down is most of what passing a packet on would cost.
inline Work* Router::new_work(PlannedNode& node, Item& item) {
  Handoff* const handoff = tls_handoff;
  Work* const work = handoff ? handoff->spare->take() : WorkPool::make();
  work->node = &node;
  work->item = &item;
  if (!handoff || !handoff->open || handoff->item != &item) work->hold = ItemRef(&item);
  work->inputs.resize(node.slots.size());
  return work;
}

inline void Router::deliver(const Target& target, Item& item, PayloadPtr payload, const ErrorPtr& error) {
  PlannedNode& node = *target.node;
  if (!runs(item, node)) return;
  if (node.plain_count > 1 || node.slots[target.slot].kind != SlotKind::plain)
    return deliver_waiting(target, item, {std::move(payload), error});
  Work* const work = new_work(node, item);
  work->inputs[target.slot] = std::move(payload);
  if (error) work->error = error;
  pass_gates(work, node.spec->scope);
}

template <class Change>
void Router::wake_after(StreamFiring& state, Change&& change) {
  {
    const std::lock_guard lock(state.mutex);
    change();
    std::size_t which = 0;
    if (state.busy || state.next_step(which) == StreamFiring::Step::none) return;
    state.busy = true;
  }
  submit_step(state);
}

}  // namespace flowrun::schedule
