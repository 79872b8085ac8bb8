#include "schedule/stream_steps.h"

#include "flowrun/host/split_graph.h"
#include "schedule/firing_context.h"
#include "schedule/kept_results.h"

namespace flowrun::schedule {

using Phase = StreamFiring::Phase;
using Step = StreamFiring::Step;

void StreamSteps::begin(Work& work) {
  PlannedNode& node = *work.node;
  Item& item = *work.item;
  StreamFiring& state = *item.stream_firings[node.stream_index];
  state.inputs = std::move(work.inputs);
  {
    const std::lock_guard lock(state.mutex);
    if (state.error && !work.error) work.error = state.error;  // a stream that it collects has failed already
    work.absent |= state.absent;
  }
  if (work.absent && !work.error) return leave_out(state);
  std::unique_ptr<Firing> firing;
  if (!work.error) {
    work.error = calls_.guarded(node, item, "begin", [&] {
      PayloadList nothing;
      FiringContext context(calls_, node, item, state.meter, state.inputs, nothing, Ports::none);
      firing = node.code->begin(context);
      if (!firing) throw Error("the node's begin returned no firing (null)");
    });
    ++tls_handoff->counts[node.index].firings;
    if (work.error) calls_.report_failed(node, item, "begin", state.inputs, work.error);
  }
  if (work.error) return fail(state, work.error);
  {
    const std::lock_guard lock(state.mutex);
    state.firing = std::move(firing);
    state.phase = Phase::collecting;
  }
  router_.wake(state);
}

/// Collects as long as there is something to take; streams one item and comes back for the next, so that others get the thread.
void StreamSteps::step(Work& work) {
  StreamFiring& state = *work.stream_firing;
  for (;;) {
    Step step;
    std::size_t which = 0;
    {
      const std::lock_guard lock(state.mutex);
      step = state.next_step(which);
      if (step == Step::none) state.busy = false;
    }
    if (step == Step::none) return;
    const ErrorPtr reason = step == Step::fail ? state.error : state_.ending.skip_reason(state.item);
    if (reason) fail(state, reason);
    else if (step == Step::leave_out) leave_out(state);
    else take_step(state, step, which);
    if (step == Step::next) break;
  }
  router_.wake_after(state, [&] { state.busy = false; });
}

void StreamSteps::take_step(StreamFiring& state, Step step, std::size_t which) {
  if (step == Step::accept) accept_item(state, which);
  else if (step == Step::finish) finish_collecting(state);
  else next_item(state);
}

void StreamSteps::accept_item(StreamFiring& state, std::size_t which) {
  StreamFiring::Collected::Entry entry;
  std::int64_t index = 0;
  {
    const std::lock_guard lock(state.mutex);
    auto& port = state.collected[which];
    index = port.accepted++;
    const auto found = port.arrived.find(index);
    entry = std::move(found->second);
    port.arrived.erase(found);
  }
  PlannedNode& node = state.node;
  const std::size_t slot = node.collected_slots[which];
  if (entry.packet.is_absent()) return;
  const bool is_failed_case = entry.packet.error && entry.packet.error->type != kGivingType;
  if (is_failed_case && state.item.scope == Scope::run) return;  // it is left out of what the run collects
  if (entry.packet.error) return fail(state, entry.packet.error);
  const auto accept = [&] {
    PayloadList nothing;
    FiringContext context(calls_, node, state.item, state.meter, state.inputs, nothing, Ports::none);
    state.firing->accept(context, node.spec->type.inputs[node.spec->slots[slot].port].name, entry.packet.payload);
  };
  const ErrorPtr error = calls_.guarded(node, state.item, "accept", accept, state.item.scope == Scope::per_case ? index : -1);
  if (error) {
    calls_.report_failed(node, state.item, "accept", state.inputs, error, &entry.packet.payload, slot);
    fail(state, error);
  } else if (state.item.scope == Scope::run) admission_.admit_all();  // cases wait for the slowest collector
}

void StreamSteps::finish_collecting(StreamFiring& state) {
  PlannedNode& node = state.node;
  PayloadList outputs;
  bool complete = true;
  const ErrorPtr error = calls_.guarded(node, state.item, "finish", [&] {
    FiringContext context(calls_, node, state.item, state.meter, state.inputs, outputs, Ports::plain);
    state.firing->finish(context);
    complete = context.complete();
  });
  if (error) {
    calls_.report_failed(node, state.item, "finish", state.inputs, error);
    return fail(state, error);
  }
  if (!complete) return;  // cancelled: the next step ends it
  offer_result(state_, node, state.item, outputs);
  router_.deliver_outputs(node, state.item, outputs, Ports::plain);
  if (!node.spec->type.streams()) return end(state);
  const std::int64_t expected = state.firing->expected();
  const std::lock_guard lock(state.mutex);
  state.expected = expected;
  state.phase = Phase::streaming;
}

void StreamSteps::next_item(StreamFiring& state) {
  PlannedNode& node = state.node;
  auto* chunk = new ChunkItem(router_, state, state.produced);
  const ItemRef keep(chunk);
  equip(*chunk, state_.plan.chunks[node.index]);
  {
    const std::lock_guard lock(state.mutex);
    ++state.in_flight;
  }
  bool more = false, complete = true;
  PayloadList outputs;
  const ErrorPtr error = calls_.guarded(node, *chunk, "next", [&] {
    FiringContext context(calls_, node, *chunk, state.meter, state.inputs, outputs, Ports::stream);
    more = state.firing->next(context);
    if (more) complete = context.complete();
    else if (context.emitted_something())
      throw Error("the node's Firing::next emitted an item and returned false, which says that there was none");
  });
  if (error) {
    calls_.report_failed(node, *chunk, "next", state.inputs, error);
    return fail(state, error);
  }
  if (!more) {
    router_.close_stream(node, state.item, state.produced, nullptr);
    return end(state);
  }
  if (!complete) return;  // cancelled: the next step ends it
  ++state.produced;
  router_.deliver_outputs(node, *chunk, outputs, Ports::stream);
}

/// Of a firing that has nothing to work on.
void StreamSteps::leave_out(StreamFiring& state) {
  Findings::note_left_out(state.node, state.item, "");
  fail(state, nullptr);
}

/// Ends a stream firing with an error in place of all that it has not emitted yet; null: all of that is absent. Only the work
/// that takes its steps may call this: no one else knows that the node's code is not running.
void StreamSteps::fail(StreamFiring& state, const ErrorPtr& error) {
  const Phase before = state.phase;
  end(state);
  const std::int64_t total = error ? state.produced.load() : -1;
  router_.close_stream(state.node, state.item, total, error);
  if (before != Phase::streaming) router_.deliver_nothing(state.node, state.item, error, Ports::plain);
}

/// Releases the node's state, the inputs and whatever has arrived.
void StreamSteps::end(StreamFiring& state) {
  state_.meters.forget(state.meter);
  std::unique_ptr<Firing> firing;
  PayloadList inputs;
  std::vector<StreamFiring::Collected> collected;
  const std::lock_guard lock(state.mutex);
  state.phase = Phase::ended;
  firing.swap(state.firing);
  std::swap(inputs, state.inputs);
  collected.swap(state.collected);
}

}  // namespace flowrun::schedule
