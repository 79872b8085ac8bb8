// The steps of firings that collect or stream. Whoever brings an item, an end or a credit wakes the firing; one work at a time
// steps.
#include <algorithm>

#include "schedule/firing_context.h"

namespace flowrun::schedule {

using Phase = StreamFiring::Phase;
using Step = StreamFiring::Step;

void Engine::submit_step(StreamFiring& state) {
  Work* work = new_work(state.node, state.item);
  work->inputs.clear();
  work->stream_firing = &state;
  work->begins = false;
  submit(work);
}

void Engine::begin_stream(Work& work) {
  PlannedNode& node = *work.node;
  Item& item = *work.item;
  StreamFiring& state = *item.stream_firings[node.stream_index];
  state.inputs = std::move(work.inputs);
  {
    const std::lock_guard lock(state.mutex);
    if (state.error && !work.error) work.error = state.error;  // a stream that it collects has failed already
    work.absent |= state.absent;
  }
  if (work.absent && !work.error) return leave_out_stream(state);
  std::unique_ptr<Firing> firing;
  if (!work.error) {
    work.error = guarded(node, item, "begin", [&] {
      PayloadList nothing;
      FiringContext context(*this, node, item, state.meter, params_for(node, item), state.inputs, nothing, Ports::none);
      firing = node.code->begin(context);
      if (!firing) throw Error("the node's begin returned no firing (null)");
    });
    ++tls_handoff->counts[node.index].firings;
    if (work.error) tell_failed(node, item, "begin", state.inputs, work.error);
  }
  if (work.error) return fail_stream(state, work.error);
  {
    const std::lock_guard lock(state.mutex);
    state.firing = std::move(firing);
    state.phase = Phase::collecting;
  }
  wake(state);
}

/// Collects as long as there is something to take; streams one item and comes back for the next, so that others get the thread.
void Engine::step_stream(Work& work) {
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
    const ErrorPtr reason = step == Step::fail ? state.error : skip_reason(state.item);
    if (reason) fail_stream(state, reason);
    else if (step == Step::leave_out) leave_out_stream(state);
    else take_step(state, step, which);
    if (step == Step::next) break;
  }
  wake_after(state, [&] { state.busy = false; });
}

void Engine::take_step(StreamFiring& state, Step step, std::size_t which) {
  if (step == Step::accept) accept_item(state, which);
  else if (step == Step::finish) finish_collecting(state);
  else next_item(state);
}

void Engine::accept_item(StreamFiring& state, std::size_t which) {
  StreamFiring::Collected::Entry entry;
  {
    const std::lock_guard lock(state.mutex);
    auto& port = state.collected[which];
    const auto found = port.arrived.find(port.accepted);
    entry = std::move(found->second);
    port.arrived.erase(found);
    ++port.accepted;
  }
  PlannedNode& node = state.node;
  const std::size_t slot = node.collected_slots[which];
  if (entry.packet.is_absent()) return;
  if (entry.packet.error && state.item.scope == Scope::run) return;  // a failed case is left out of what the run collects
  if (entry.packet.error) return fail_stream(state, entry.packet.error);
  const ErrorPtr error = guarded(node, state.item, "accept", [&] {
    PayloadList nothing;
    FiringContext context(*this, node, state.item, state.meter, params_for(node, state.item), state.inputs, nothing, Ports::none);
    state.firing->accept(context, node.spec->type.inputs[node.spec->slots[slot].port].name, entry.packet.payload);
  });
  if (error) {
    tell_failed(node, state.item, "accept", state.inputs, error, &entry.packet.payload, slot);
    fail_stream(state, error);
  } else if (state.item.scope == Scope::run) admit_all();  // cases wait for the slowest collector
}

void Engine::finish_collecting(StreamFiring& state) {
  PlannedNode& node = state.node;
  PayloadList outputs;
  bool complete = true;
  const ErrorPtr error = guarded(node, state.item, "finish", [&] {
    FiringContext context(*this, node, state.item, state.meter, params_for(node, state.item), state.inputs, outputs,
                          Ports::plain);
    state.firing->finish(context);
    complete = context.complete();
  });
  if (error) {
    tell_failed(node, state.item, "finish", state.inputs, error);
    return fail_stream(state, error);
  }
  if (!complete) return;  // cancelled: the next step ends it
  deliver_outputs(node, state.item, outputs, Ports::plain);
  if (!node.spec->type.streams()) return end_stream(state);
  const std::int64_t expected = state.firing->expected();
  const std::lock_guard lock(state.mutex);
  state.expected = expected;
  state.phase = Phase::streaming;
}

void Engine::next_item(StreamFiring& state) {
  PlannedNode& node = state.node;
  auto* chunk = new ChunkItem(*this, state, state.produced);
  const ItemRef keep(chunk);
  equip(*chunk, plan_.chunks[node.index]);
  {
    const std::lock_guard lock(state.mutex);
    ++state.in_flight;
  }
  bool more = false, complete = true;
  PayloadList outputs;
  const ErrorPtr error = guarded(node, *chunk, "next", [&] {
    FiringContext context(*this, node, *chunk, state.meter, params_for(node, *chunk), state.inputs, outputs, Ports::stream);
    more = state.firing->next(context);
    if (more) complete = context.complete();
    else if (context.emitted_something())
      throw Error("the node's Firing::next emitted an item and returned false, which says that there was none");
  });
  if (error) {
    tell_failed(node, *chunk, "next", state.inputs, error);
    return fail_stream(state, error);
  }
  if (!more) {
    for (const Target& target : node.stream_targets) close_collection(target, state.item, state.produced, nullptr);
    return end_stream(state);
  }
  if (!complete) return;  // cancelled: the next step ends it
  ++state.produced;
  deliver_outputs(node, *chunk, outputs, Ports::stream);
}

/// Ends a stream firing with an error in place of all that it has not emitted yet. Only the work that takes its steps may call
/// this: nobody else knows that the node's code is not running.
void Engine::fail_stream(StreamFiring& state, const ErrorPtr& error) { give_up_stream(state, error); }

/// The same for a firing that has nothing to work on.
void Engine::leave_out_stream(StreamFiring& state) {
  note_left_out(state.node, state.item, "");
  give_up_stream(state, nullptr);
}

void Engine::give_up_stream(StreamFiring& state, const ErrorPtr& error) {
  const Phase before = state.phase;
  end_stream(state);
  const std::int64_t total = error ? state.produced.load() : -1;
  for (const Target& target : state.node.stream_targets) close_collection(target, state.item, total, error);
  if (before != Phase::streaming) deliver_nothing(state.node, state.item, error, Ports::plain);
}

/// Lets go of the node's state, the inputs and whatever has arrived.
void Engine::end_stream(StreamFiring& state) {
  forget(state.meter);
  std::unique_ptr<Firing> firing;
  PayloadList inputs;
  std::vector<StreamFiring::Collected> collected;
  const std::lock_guard lock(state.mutex);
  state.phase = Phase::ended;
  firing.swap(state.firing);
  std::swap(inputs, state.inputs);
  collected.swap(state.collected);
}

/// Tells a collecting port how many chunks its stream had, or why it broke off; -1 and no error: there is no stream in this case.
void Engine::close_collection(const Target& target, Item& item, std::int64_t total, const ErrorPtr& error) {
  PlannedNode& node = *target.node;
  StreamFiring& collector = *item.stream_firings[node.stream_index];
  wake_after(collector, [&] {
    if (collector.phase == Phase::ended) return;
    if (error) collector.error = error;
    else if (total < 0 && node.spec->type.inputs[node.spec->slots[target.slot].port].required) collector.absent = true;
    else collector.collected[node.slots[target.slot].collected_index].total = std::max<std::int64_t>(total, 0);
  });
}

void Engine::chunk_ended(StreamFiring& stream) {
  wake_after(stream, [&] { --stream.in_flight; });
}

}  // namespace flowrun::schedule
