// Node code is called here (and in long_steps.cpp, through `guarded`) and nowhere else.
#include <algorithm>
#include <new>

#include "schedule/firing_context.h"
#include "schedule/handoff.h"

namespace flowrun::schedule {
namespace {

std::int64_t nanoseconds(Clock::duration span) { return std::chrono::duration_cast<std::chrono::nanoseconds>(span).count(); }

/// The sentence for whatever a node threw; call in a catch block.
std::string thrown_text() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return "there is not enough memory; run fewer cases or chunks at a time, or give the process more";
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "the node threw something that is not a std::exception, so its reason is unknown; the plugin's author must mend that";
  }
}

}  // namespace

void Engine::run_chain(Work* work) {
  work->submitted.load(std::memory_order_acquire);
  Handoff handoff;
  handoff.thread = std::clamp(tbb::this_task_arena::current_thread_index(), 0, threads_ - 1);
  handoff.time = Clock::now();
  Handoff* const outer = std::exchange(tls_handoff, &handoff);
  while (work) {
    execute_work(*work);
    retire(work);
    work = std::exchange(handoff.work, nullptr);
  }
  tls_handoff = outer;
  delete handoff.spare;
  tasks_done_.fetch_add(1, std::memory_order_release);
}

/// Lets go of what a work held and keeps it for the next, or frees it. Letting go may end items, and so make new works.
void Engine::retire(Work* work) {
  work->inputs.clear();
  work->error.reset();
  work->item = ItemRef();
  work->long_firing = nullptr;
  work->begins = true;
  delete std::exchange(tls_handoff->spare, work);
}

void Engine::execute_work(Work& work) {
  if (work.begins) statistics_.here(work.stage->index).waiting_ns += nanoseconds(tls_handoff->time - work.ready);
  if (!work.begins) return step_long(work);
  if (work.error) adopt_error(*work.item.get(), work.error);
  else work.error = skip_reason(*work.item.get());
  if (work.stage->is_long) return begin_long(work);
  fire(work);
}

void Engine::fire(Work& work) {
  Stage& stage = *work.stage;
  Item& item = *work.item.get();
  PayloadList outputs;
  if (!work.error) {
    ++statistics_.here(stage.index).firings;
    bool complete = true;
    work.error = guarded(stage, item, "process", [&] {
      FiringContext context(*this, stage, item, params_for(stage, item), work.inputs, outputs, FiringContext::Emits::everything);
      stage.node->process(context);
      complete = context.complete();
    });
    if (!complete) work.error = skip_reason(item);
  }
  work.inputs.clear();  // frees what nobody else reads before the outputs' readers start
  deliver_outputs(stage, item, outputs, work.error, Ports::plain);
}

/// Runs node code: times it, records it, and turns what it throws into the case's error.
ErrorPtr Engine::guarded_call(Stage& stage, Item& item, const char* what, void* function, void (*call)(void*)) {
  Clock::time_point& now = tls_handoff->time;
  const Clock::time_point begin = now;
  ErrorPtr error;
  try {
    call(function);
  } catch (...) {
    error = record_error(stage, item, thrown_text());
  }
  now = Clock::now();
  statistics_.here(stage.index).busy_ns += nanoseconds(now - begin);
  if (options_.trace) {
    TraceEvent event;
    event.node = static_cast<std::int32_t>(stage.index);
    event.case_index = item.scope == Scope::run ? -1 : static_cast<std::int32_t>(ancestor(&item, Scope::per_case)->index);
    event.chunk = item.scope == Scope::chunk ? item.index : -1;
    event.thread = Statistics::thread_index();
    event.begin_ns = nanoseconds(begin - begin_);
    event.end_ns = nanoseconds(now - begin_);
    event.what = what;
    options_.trace->record(event);
  }
  return error;
}

ErrorPtr Engine::record_error(Stage& stage, Item& item, const std::string& message) {
  const ValidatedNode& spec = *stage.spec;
  auto error = std::make_shared<const CaseError>(CaseError{spec.id, spec.type_name, spec.plugin, message});
  ++statistics_.here(stage.index).failures;
  if (item.scope == Scope::run) {
    const std::lock_guard lock(mutex_);
    run_errors_.push_back(*error);
    return error;
  }
  auto& of = *static_cast<CaseItem*>(ancestor(&item, Scope::per_case));
  const std::lock_guard lock(of.mutex);
  of.errors.push_back(*error);
  if (!of.first_error) of.first_error = error;
  if (spec.stop_case_on_error) of.stopped = true;
  return error;
}

/// A case that is reached by an error of run scope has failed with it.
void Engine::adopt_error(Item& item, const ErrorPtr& error) {
  if (item.scope == Scope::run || error == cancelled_error_) return;
  auto& of = *static_cast<CaseItem*>(ancestor(&item, Scope::per_case));
  const std::lock_guard lock(of.mutex);
  if (of.first_error) return;
  of.first_error = error;
  of.errors.push_back(*error);
}

bool Engine::skips(const Item& item) const {
  if (cancelled()) return true;
  if (item.scope == Scope::run) return false;
  return static_cast<const CaseItem*>(ancestor(const_cast<Item*>(&item), Scope::per_case))->stopped.load(std::memory_order_relaxed);
}

/// The error that takes the place of outputs when a firing is not to happen any more; null when it is.
ErrorPtr Engine::skip_reason(const Item& item) const {
  if (!skips(item)) return nullptr;
  if (item.scope != Scope::run) {
    auto& of = *static_cast<CaseItem*>(ancestor(const_cast<Item*>(&item), Scope::per_case));
    if (cancelled()) of.cancelled = true;
    const std::lock_guard lock(of.mutex);
    if (of.first_error) return of.first_error;
  }
  return cancelled_error_;
}

const Params& Engine::params_for(Stage& stage, Item& item) {
  if (!stage.params_vary) return stage.params;
  auto& of = *static_cast<CaseItem*>(ancestor(&item, Scope::per_case));
  const std::lock_guard lock(of.mutex);
  const auto found = of.params.find(stage.index);
  if (found != of.params.end()) return found->second;
  return of.params.emplace(stage.index, resolve_params(*stage.spec, &of.spec, options_.out)).first->second;
}

void Engine::deliver_outputs(Stage& stage, Item& item, PayloadList& outputs, const ErrorPtr& error, Ports ports) {
  Handoff& handoff = *tls_handoff;
  handoff.open = true;
  const auto& described = stage.spec->type.outputs;
  for (std::size_t port = 0; port < described.size(); ++port) {
    if (described[port].stream != (ports == Ports::stream)) continue;
    const auto& targets = stage.targets[port];
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const bool last = i + 1 == targets.size();
      if (error) deliver(targets[i], item, Value{nullptr, error});
      else deliver(targets[i], item, Value{last ? std::move(outputs[port]) : outputs[port], nullptr});
    }
  }
  handoff.open = false;
}

}  // namespace flowrun::schedule
