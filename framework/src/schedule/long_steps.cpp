// The steps of firings that collect or stream. Whoever brings an item, an end or a credit wakes the firing; one work at a time
// steps.
#include <algorithm>

#include "schedule/firing_context.h"

namespace flowrun::schedule {

using Phase = LongFiring::Phase;
using Step = LongFiring::Step;

void Engine::submit_step(LongFiring& state) {
  Work* work = new_work(state.stage, state.item);
  work->inputs.clear();
  work->long_firing = &state;
  work->begins = false;
  submit(work);
}

void Engine::begin_long(Work& work) {
  Stage& stage = *work.stage;
  Item& item = *work.item;
  LongFiring& state = *item.long_firings[stage.long_index];
  state.inputs = std::move(work.inputs);
  {
    const std::lock_guard lock(state.mutex);
    if (state.error && !work.error) work.error = state.error;  // a stream that it collects has failed already
    work.absent |= state.absent;
  }
  if (work.absent && !work.error) return leave_out_long(state);
  std::unique_ptr<Firing> firing;
  if (!work.error) {
    work.error = guarded(stage, item, "begin", [&] {
      PayloadList nothing;
      FiringContext context(*this, stage, item, state.meter, params_for(stage, item), state.inputs, nothing, Ports::none);
      firing = stage.node->begin(context);
      if (!firing) throw Error("the node's begin returned no firing (null)");
    });
    ++tls_handoff->counts[stage.index].firings;
    if (work.error) tell_failed(stage, item, "begin", state.inputs, work.error);
  }
  if (work.error) return fail_long(state, work.error);
  {
    const std::lock_guard lock(state.mutex);
    state.firing = std::move(firing);
    state.phase = Phase::collecting;
  }
  wake(state);
}

/// Collects as long as there is something to take; streams one item and comes back for the next, so that others get the thread.
void Engine::step_long(Work& work) {
  LongFiring& state = *work.long_firing;
  for (;;) {
    Step step;
    std::size_t which = 0;
    {
      const std::lock_guard lock(state.mutex);
      step = state.next_step(which);
      if (step == Step::none) state.busy = false;
    }
    if (step == Step::none) return;
    const ErrorPtr reason = step == Step::fail ? state.error : skip_reason(state.item);
    if (reason) fail_long(state, reason);
    else if (step == Step::leave_out) leave_out_long(state);
    else take_step(state, step, which);
    if (step == Step::next) break;
  }
  wake_after(state, [&] { state.busy = false; });
}

void Engine::take_step(LongFiring& state, Step step, std::size_t which) {
  if (step == Step::accept) accept_item(state, which);
  else if (step == Step::finish) finish_collecting(state);
  else next_item(state);
}

void Engine::accept_item(LongFiring& state, std::size_t which) {
  LongFiring::Collected::Entry entry;
  {
    const std::lock_guard lock(state.mutex);
    auto& port = state.collected[which];
    const auto found = port.arrived.find(port.accepted);
    entry = std::move(found->second);
    port.arrived.erase(found);
    ++port.accepted;
  }
  Stage& stage = state.stage;
  const std::size_t slot = stage.collected_slots[which];
  if (entry.value.is_absent()) return;
  if (entry.value.error && state.item.scope == Scope::run) return;  // a failed case is left out of what the run collects
  if (entry.value.error) return fail_long(state, entry.value.error);
  const ErrorPtr error = guarded(stage, state.item, "accept", [&] {
    PayloadList nothing;
    FiringContext context(*this, stage, state.item, state.meter, params_for(stage, state.item), state.inputs, nothing,
                          Ports::none);
    state.firing->accept(context, stage.spec->type.inputs[stage.spec->slots[slot].port].name, entry.value.payload);
  });
  if (error) {
    tell_failed(stage, state.item, "accept", state.inputs, error, &entry.value.payload, slot);
    fail_long(state, error);
  } else if (state.item.scope == Scope::run) admit_all();  // cases wait for the slowest collector
}

void Engine::finish_collecting(LongFiring& state) {
  Stage& stage = state.stage;
  PayloadList outputs;
  bool complete = true;
  const ErrorPtr error = guarded(stage, state.item, "finish", [&] {
    FiringContext context(*this, stage, state.item, state.meter, params_for(stage, state.item), state.inputs, outputs,
                          Ports::plain);
    state.firing->finish(context);
    complete = context.complete();
  });
  if (error) {
    tell_failed(stage, state.item, "finish", state.inputs, error);
    return fail_long(state, error);
  }
  if (!complete) return;  // cancelled: the next step ends it
  deliver_outputs(stage, state.item, outputs, Ports::plain);
  if (!stage.spec->type.streams()) return end_long(state);
  const std::int64_t expected = state.firing->expected();
  const std::lock_guard lock(state.mutex);
  state.expected = expected;
  state.phase = Phase::streaming;
}

void Engine::next_item(LongFiring& state) {
  Stage& stage = state.stage;
  auto* chunk = new ChunkItem(*this, state, state.produced);
  const ItemRef keep(chunk);
  equip(*chunk, plan_.chunks[stage.index]);
  {
    const std::lock_guard lock(state.mutex);
    ++state.in_flight;
  }
  bool more = false, complete = true;
  PayloadList outputs;
  const ErrorPtr error = guarded(stage, *chunk, "next", [&] {
    FiringContext context(*this, stage, *chunk, state.meter, params_for(stage, *chunk), state.inputs, outputs, Ports::stream);
    more = state.firing->next(context);
    if (more) complete = context.complete();
    else if (context.emitted_something())
      throw Error("the node's Firing::next emitted an item and returned false, which says that there was none");
  });
  if (error) {
    tell_failed(stage, *chunk, "next", state.inputs, error);
    return fail_long(state, error);
  }
  if (!more) {
    for (const Target& target : stage.stream_targets) close_collection(target, state.item, state.produced, nullptr);
    return end_long(state);
  }
  if (!complete) return;  // cancelled: the next step ends it
  ++state.produced;
  deliver_outputs(stage, *chunk, outputs, Ports::stream);
}

/// Ends a long firing with an error in place of all that it has not emitted yet. Only the work that takes its steps may call
/// this: nobody else knows that the node's code is not running.
void Engine::fail_long(LongFiring& state, const ErrorPtr& error) { give_up_long(state, error); }

/// The same for a firing that has nothing to work on.
void Engine::leave_out_long(LongFiring& state) {
  note_left_out(state.stage, state.item, "");
  give_up_long(state, nullptr);
}

void Engine::give_up_long(LongFiring& state, const ErrorPtr& error) {
  const Phase before = state.phase;
  end_long(state);
  const std::int64_t total = error ? state.produced.load() : -1;
  for (const Target& target : state.stage.stream_targets) close_collection(target, state.item, total, error);
  if (before != Phase::streaming) deliver_nothing(state.stage, state.item, error, Ports::plain);
}

/// Lets go of the node's state, the inputs and whatever has arrived.
void Engine::end_long(LongFiring& state) {
  forget(state.meter);
  std::unique_ptr<Firing> firing;
  PayloadList inputs;
  std::vector<LongFiring::Collected> collected;
  const std::lock_guard lock(state.mutex);
  state.phase = Phase::ended;
  firing.swap(state.firing);
  std::swap(inputs, state.inputs);
  collected.swap(state.collected);
}

/// Tells a collecting port how many chunks its stream had, or why it broke off; -1 and no error: there is no stream in this case.
void Engine::close_collection(const Target& target, Item& item, std::int64_t total, const ErrorPtr& error) {
  Stage& stage = *target.stage;
  LongFiring& collector = *item.long_firings[stage.long_index];
  wake_after(collector, [&] {
    if (collector.phase == Phase::ended) return;
    if (error) collector.error = error;
    else if (total < 0 && stage.spec->type.inputs[stage.spec->slots[target.slot].port].required) collector.absent = true;
    else collector.collected[stage.slots[target.slot].collected_index].total = std::max<std::int64_t>(total, 0);
  });
}

void Engine::chunk_ended(LongFiring& stream) {
  wake_after(stream, [&] { --stream.in_flight; });
}

}  // namespace flowrun::schedule
