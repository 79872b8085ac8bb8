// Node code is called here (and in stream_steps.cpp, through `guarded`) and nowhere else.
#include "schedule/firing_context.h"
#include "schedule/thrown_text.h"

namespace flowrun::schedule {

/// `only_this`: what comes of the work is left to others, since this thread holds a place of a node with a limit, which another
/// firing of that node may wait for.
void Engine::run_chain(Work* work, bool only_this) {
  thread_local WorkPool spare;
  work->submitted.load(std::memory_order_acquire);
  Handoff handoff;
  handoff.spare = &spare;
  handoff.ends = only_this;
  handoff.thread = this_thread();
  const CaseItem* of = case_of(*work->item);
  handoff.counts = counts_of(of, handoff.thread);
  handoff.now = &now_[static_cast<std::size_t>(handoff.thread)];
  handoff.clock.start(options_.trace != nullptr);
  if (work->begins) handoff.counts[work->node->index].waiting_ns += nanoseconds(handoff.clock.last() - work->ready);
  Handoff* const outer = std::exchange(tls_handoff, &handoff);
  while (work) {
    handoff.item = work->item;
    if (!execute_work(*work)) break;  // another thread may have it by now; it has left nothing to go on with
    Work* const next = std::exchange(handoff.work, nullptr);
    const CaseItem* const next_case = next ? case_of(*next->item) : nullptr;
    if (!next || next_case != of) handoff.clock.end_group();  // the case may end when it is let go, and its counts with it
    if (next && next_case != of) handoff.counts = counts_of(of = next_case, handoff.thread);
    if (next && !next->hold) next->hold = std::move(work->hold);
    retire(work);
    work = next;
  }
  handoff.now->clear();
  tls_handoff = outer;
  tasks_done_.fetch_add(1, std::memory_order_release);
}

/// Lets go of what a work held and keeps it for the next, or frees it. Letting go may end items, and so make new works.
void Engine::retire(Work* work) {
  work->inputs.clear();
  work->outputs.clear();
  work->error.reset();
  work->absent = false;
  work->took_input = false;
  work->hold = ItemRef();
  work->stream_firing = nullptr;
  work->begins = true;
  work->deferred.reset();
  tls_handoff->spare->give(work);
}

/// False when the firing goes on elsewhere: the work is not this thread's any more.
bool Engine::execute_work(Work& work) {
  if (work.deferred) return fire_rest(work), true;
  if (!work.begins) return step_stream(work), true;
  if (work.error) adopt_error(*work.item, work.error);
  else if (skips(*work.item)) work.error = skip_reason(*work.item);
  else work.absent = leaves_out(work);
  if (work.node->is_stream) return begin_stream(work), true;
  return fire(work);
}

bool Engine::fire(Work& work) {
  PlannedNode& node = *work.node;
  Item& item = *work.item;
  if (!work.error && !work.absent) {
    ++tls_handoff->counts[node.index].firings;
    bool complete = true;
    Meter meter{node, item};
    work.error = guarded(node, item, "process", [&] {
      FiringContext context(*this, node, item, meter, params_for(node, item), work.inputs, work.outputs, Ports::plain, &work);
      node.code->process(context);
      complete = work.deferred || context.complete();
    });
    forget(meter);
    if (work.error && !work.took_input) tell_failed(node, item, "process", work.inputs, work.error);
    if (!complete) work.error = skip_reason(item);
  }
  if (work.deferred) {
    tls_handoff->clock.end_group();  // elsewhere the case may end, and its counts with it
    if (comes_back_later(work)) return false;
    fire_rest(work);
  } else {
    end_firing(work);
  }
  return true;
}

void Engine::end_firing(Work& work) {
  work.inputs.clear();  // frees what nobody else reads before the outputs' readers start
  if (work.error || work.absent) deliver_nothing(*work.node, *work.item, work.error, Ports::plain);
  else deliver_outputs(*work.node, *work.item, work.outputs, Ports::plain);
}

void Engine::trace_call(const PlannedNode& node, const Item& item, const char* what, Clock::time_point begin) {
  TraceEvent event = trace_event(node, item, begin, tls_handoff->clock.last());
  event.what = what;
  event.payload_bytes = account_.live();
  event.cases_in_flight = in_flight_.load(std::memory_order_relaxed);
  options_.trace->record(event);
}

/// The case's error from what a node threw; call in a catch block.
ErrorPtr Engine::record_thrown(const PlannedNode& node, const Item& item) {
  const ValidatedNode& spec = *node.spec;
  auto error = std::make_shared<const CaseError>(CaseError{spec.id, spec.type_name, spec.plugin, thrown_text()});
  ++tls_handoff->counts[node.index].failures;
  CaseItem* const of = case_of(item);
  const std::lock_guard lock(of ? of->mutex : mutex_);
  (of ? of->errors : run_errors_).push_back(*error);
  if (!of) return error;
  if (!of->first_error) of->first_error = error;
  if (spec.stop_case_on_error) of->stopped = true;
  return error;
}

/// A failed firing, to whoever wants to keep what it had.
void Engine::tell_failed(const PlannedNode& node, const Item& item, std::string_view step, const PayloadList& inputs,
                         const ErrorPtr& error, const PayloadPtr* accepted, std::size_t slot) {
  if (!options_.on_firing_failed) return;
  tls_handoff->clock.pause();
  FailedFiring failed{.node = node.index,
                      .step = step,
                      .inputs = {inputs.data(), node.slots.size()},
                      .item = accepted,
                      .item_slot = slot,
                      .error = *error};
  if (const CaseItem* const of = case_of(item)) failed.case_index = of->index;
  if (item.scope == Scope::chunk) failed.chunk = item.index;
  options_.on_firing_failed(failed);
  tls_handoff->clock.resume();
}

/// A case that is reached by an error of run scope has failed with it.
void Engine::adopt_error(const Item& item, const ErrorPtr& error) {
  CaseItem* const of = case_of(item);
  if (!of || error == cancelled_error_) return;
  const std::lock_guard lock(of->mutex);
  if (of->first_error) return;
  of->first_error = error;
  of->errors.push_back(*error);
}

/// The whole run was cancelled, and something of the item was not done for that.
void Engine::note_cut(const Item& item) const {
  if (!cancelled()) return;
  if (CaseItem* const of = case_of(item)) of->cancelled = true;
  else run_cut_off_ = true;
}

/// The error that takes the place of outputs when a firing is not to happen any more; null when it is.
ErrorPtr Engine::skip_reason(const Item& item) const {
  if (!skips(item)) return nullptr;
  note_cut(item);
  if (CaseItem* const of = case_of(item)) {
    const std::lock_guard lock(of->mutex);
    if (of->first_error) return of->first_error;
  }
  return cancelled_error_;
}

const Params& Engine::varying_params(const PlannedNode& node, const Item& item) {
  CaseItem& of = *case_of(item);
  const std::lock_guard lock(of.mutex);
  const auto found = of.params.find(node.index);
  if (found != of.params.end()) return found->second;
  return of.params.emplace(node.index, resolve_params(*node.spec, &of.spec, options_.out)).first->second;
}

void Engine::deliver_outputs(const PlannedNode& node, Item& item, PayloadList& outputs, Ports kind) {
  if (node.makes_table && kind == Ports::plain && item.scope == Scope::per_case) report_tables(node, item, outputs);
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

/// Whether the node does not run here: a condition does not hold, its parameters need a case input that is not given, or an input
/// that it needs is absent. Notes it.
bool Engine::leaves_out(const Work& work) const {
  const PlannedNode& node = *work.node;
  if (!node.may_lack_input) return false;
  const std::string reason = own_reason(node, work, case_of(*work.item));
  if (reason.empty() && !lacks_input(node, work)) return false;
  note_left_out(node, *work.item, reason);
  return true;
}

void Engine::note_left_out(const PlannedNode& node, const Item& item, const std::string& reason) const {
  CaseItem* const of = case_of(item);
  if (!of) return;
  const std::lock_guard lock(of->mutex);
  of->left_out.try_emplace(node.index, reason);
}

void Engine::deliver_nothing(const PlannedNode& node, Item& item, const ErrorPtr& error, Ports kind) {
  tls_handoff->open = true;
  for (const OutputPlan& output : node.outputs)
    for (const Target& target : output.targets)
      if (output.kind == kind) deliver(target, item, nullptr, error);
  tls_handoff->open = false;
}

}  // namespace flowrun::schedule
