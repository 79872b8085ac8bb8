#include "schedule/firings.h"

#include "schedule/deferred_firing.h"
#include "schedule/firing_context.h"
#include "schedule/kept_results.h"

namespace flowrun::schedule {
namespace {

/// Why the node itself does not run; empty: it runs, or an input that it needs is absent.
std::string own_reason(const PlannedNode& node, const Work& work, const CaseItem* of) {
  if (std::string reason = why_not_run(*node.spec, of ? &of->spec : nullptr); !reason.empty()) return reason;
  for (const Condition& condition : node.spec->conditions) {
    if (condition.kind != ConditionSpec::Kind::number) continue;
    const Number* number = payload_cast<Number>(work.inputs[node.inputs[condition.port].first_slot].get());
    if (number && !condition.bounds.contain(number->value)) return "not: " + condition.text;
  }
  return "";
}

bool lacks_input(const PlannedNode& node, const Work& work) {
  for (const InputPlan& port : node.inputs) {
    std::size_t present = 0;
    for (std::size_t i = 0; i < port.slot_count; ++i) present += work.inputs[port.first_slot + i] != nullptr;
    if (present < port.least) return true;
  }
  return false;
}

}  // namespace

void Firings::run(Work* work, bool only_this) {
  thread_local WorkPool spare;
  work->submitted.load(std::memory_order_acquire);
  Handoff handoff;
  handoff.spare = &spare;
  handoff.ends = only_this;
  handoff.thread = state_.this_thread();
  const CaseItem* of = case_of(*work->item);
  handoff.counts = state_.counts_of(of, handoff.thread);
  handoff.now = &state_.board.of_thread(handoff.thread);
  handoff.clock.start(state_.options.trace != nullptr);
  if (work->begins) handoff.counts[work->node->index].waiting_ns += nanoseconds(handoff.clock.last() - work->ready);
  Handoff* const outer = std::exchange(tls_handoff, &handoff);
  while (work) {
    handoff.item = work->item;
    if (!execute_work(*work)) break;  // another thread may have it by now; it has left nothing to continue with
    Work* const next = std::exchange(handoff.work, nullptr);
    const CaseItem* const next_case = next ? case_of(*next->item) : nullptr;
    if (!next || next_case != of) handoff.clock.end_group();  // the case may end when it is released, and its counts with it
    if (next && next_case != of) handoff.counts = state_.counts_of(of = next_case, handoff.thread);
    if (next && !next->hold) next->hold = std::move(work->hold);
    retire(work);
    work = next;
  }
  handoff.now->clear();
  tls_handoff = outer;
}

/// Releases what a work refers to, and keeps the work for the next one or frees it. This may end items, and so make new works.
void Firings::retire(Work* work) {
  work->inputs.clear();
  work->outputs.clear();
  work->error.reset();
  work->kept = false;
  work->absent = false;
  work->took_input = false;
  work->hold = ItemRef();
  work->stream_firing = nullptr;
  work->begins = true;
  work->deferred.reset();
  tls_handoff->spare->give(work);
}

/// False when the firing continues elsewhere: the work is not this thread's any more.
bool Firings::execute_work(Work& work) {
  if (work.deferred) return fire_rest(work), true;
  if (work.kept) return deliver_kept(work), true;
  if (!work.begins) return steps_.step(work), true;
  if (work.error && !state_.ending.is_cancelled_error(work.error)) Findings::adopt_error(*work.item, work.error);
  const bool fires_anyway = work.node->keeps_items && !state_.ending.cancelled();
  if (!work.error && !fires_anyway) work.error = state_.ending.skip_reason(*work.item);
  if (!work.error) work.absent = leaves_out(work);
  if (work.node->is_stream) return steps_.begin(work), true;
  return fire(work);
}

/// In place of a firing: what an earlier run made, or nothing where the node is left out.
void Firings::deliver_kept(Work& work) {
  PlannedNode& node = *work.node;
  CaseItem& item = *case_of(*work.item);
  work.error = state_.ending.skip_reason(item);
  work.absent = item.uses[node.index] == NodeUse::leave_out;
  if (work.absent && node.is_stream) return steps_.begin(work);
  if (!work.absent) take_kept(state_, node, item, work.outputs);
  end_firing(work);
}

bool Firings::fire(Work& work) {
  PlannedNode& node = *work.node;
  Item& item = *work.item;
  if (!work.error && !work.absent) {
    ++tls_handoff->counts[node.index].firings;
    bool complete = true;
    Meter meter{*node.spec, item};
    work.error = calls_.guarded(node, item, "process", [&] {
      FiringContext context(calls_, node, item, meter, work.inputs, work.outputs, Ports::plain, &work);
      node.code->process(context);
      complete = work.deferred || context.complete();
    });
    state_.meters.forget(meter);
    if (work.error && !work.took_input) calls_.report_failed(node, item, "process", work.inputs, work.error);
    if (!complete) work.error = state_.ending.skip_reason(item);
  }
  if (work.deferred) {
    tls_handoff->clock.end_group();  // elsewhere the case may end, and its counts with it
    if (calls_.deferral.comes_back_later(work)) return false;
    fire_rest(work);
  } else {
    end_firing(work);
  }
  return true;
}

void Firings::end_firing(Work& work) {
  work.inputs.clear();  // frees what nothing else reads before the outputs' readers start
  if (work.error || work.absent) return router_.deliver_nothing(*work.node, *work.item, work.error, Ports::plain);
  if (!work.kept) offer_result(state_, *work.node, *work.item, work.outputs);
  router_.deliver_outputs(*work.node, *work.item, work.outputs, Ports::plain);
}

void Firings::fire_rest(Work& work) {
  PlannedNode& node = *work.node;
  Item& item = *work.item;
  const std::shared_ptr<DeferredFiring> deferred = std::move(work.deferred);
  tls_handoff->counts[node.index].away_ns += nanoseconds(deferred->until - deferred->since);
  if (!work.error) work.error = state_.ending.skip_reason(item);
  bool complete = true;
  if (!work.error) {
    Meter meter{*node.spec, item};
    work.error = calls_.guarded(node, item, "resume", [&] {
      if (!deferred->rest) throw Error("the node released its deferred firing without resuming it");
      FiringContext context(calls_, node, item, meter, work.inputs, work.outputs, Ports::plain);
      deferred->rest(context);
      complete = context.complete();
    });
    state_.meters.forget(meter);
    if (work.error && !work.took_input) calls_.report_failed(node, item, "process", work.inputs, work.error);
  }
  deferred->rest = nullptr;
  if (!complete) work.error = state_.ending.skip_reason(item);
  end_firing(work);
}

/// Whether the node does not run here: a condition does not hold, its parameters need a case input that is not given, or an input
/// that it needs is absent. Notes it.
bool Firings::leaves_out(const Work& work) const {
  const PlannedNode& node = *work.node;
  if (!node.may_lack_input) return false;
  const std::string reason = own_reason(node, work, case_of(*work.item));
  if (reason.empty() && !lacks_input(node, work)) return false;
  Findings::note_left_out(node, *work.item, reason);
  return true;
}

}  // namespace flowrun::schedule
