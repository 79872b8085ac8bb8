// The engine: a plan's stages as nodes of a oneTBB flow graph, and the items that move through them.
#pragma once

#include <oneapi/tbb/flow_graph.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "schedule/case_item.h"
#include "schedule/handoff.h"
#include "schedule/now.h"
#include "schedule/ready_queue.h"
#include "schedule/signal_stacks.h"
#include "schedule/stage.h"
#include "schedule/statistics.h"
#include "schedule/work_pool.h"

namespace flowrun::schedule {

class Engine;
class FiringContext;

/// The engine that handlers of signals look at, while this lives.
class Newest {
 public:
  explicit Newest(const Engine& engine);
  ~Newest();
  Newest(const Newest&) = delete;
  Newest& operator=(const Newest&) = delete;

 private:
  const Engine& engine_;
};

class Engine {
 public:
  Engine(std::shared_ptr<const ValidatedGraph> graph, Registry& registry, RunOptions options);
  ~Engine();

  void on_line(Run::OnLine print) { on_line_ = std::move(print); }
  RunResult execute(const std::vector<Case>& cases);
  void stop() { interrupted_ = stopping_ = true; }
  void cancel() { interrupted_ = stopping_ = cancelling_ = true; }
  Progress progress() const;

  // running_calls.cpp: for signal handlers
  bool own_call(RunningCall& call) const noexcept;
  std::size_t running_calls(std::span<RunningCall> calls) const noexcept;

  // For the items.
  void chunk_ended(LongFiring& stream);
  void case_ended(CaseItem& item);
  void admit_all();

  // For the contexts.
  bool cancelled() const { return cancelling_.load(std::memory_order_relaxed); }
  /// Of node code that asks whether it shall end: what it makes from now on is not relied on.
  bool tells_cancelled(const Item& item) const {
    if (!skips(item)) return false;
    note_cut(item);
    return true;
  }
  bool skips(const Item& item) const {
    const CaseItem* of = case_of(item);
    return cancelled() || (of && of->stopped.load(std::memory_order_relaxed));
  }
  PayloadAccount& account() { return account_; }
  void report(const Stage& stage, const Item& item, std::string_view name, double value);
  void warn(const Stage& stage, const Item& item, std::string_view sentence);
  void advance(Meter& meter, double fraction);
  bool prints_lines() const { return static_cast<bool>(on_line_); }
  void print_line(const Stage& stage, const Item& item, std::string_view line) const {
    on_line_(stage.spec->id, case_name_of(item), line);
  }
  // tasks.cpp: work inside one firing
  void parallel_for(const Stage& stage, const Item& item, std::int64_t count, const std::function<void(std::int64_t)>& task,
                    int at_once);
  void span(const Stage& stage, const Item& item, std::string_view step, Clock::time_point begin, Clock::time_point end);
  // deferred.cpp: firings that are away
  std::unique_ptr<Deferred> defer(Work& work);
  void take_back(Work& work);

 private:
  // engine.cpp
  void open_nodes(Registry& registry);
  void open_node(Stage& stage, Registry& registry);
  void build_flow();
  void build_stage(Stage& stage);
  RunResult collect_result(const std::vector<Case>& cases);

  // admission.cpp: which cases are in flight
  void run_cases(const std::vector<Case>& cases);
  bool admit();
  bool may_admit() const;
  void start_item(Item& item, const ItemPlan& plan);
  bool close_admission();
  ErrorPtr partial_error(const Stage& stage, std::size_t admitted);
  CaseResult result_of(CaseItem& item) const;

  // delivery.cpp: values to slots, slots to firings
  void deliver(const Target& target, Item& item, PayloadPtr payload, const ErrorPtr& error);
  void deliver_to_gate(const Target& target, Gate& gate, Value value);
  void deliver_to_collection(const Target& target, Item& item, Value value);
  void complete_join(Stage& stage, Item& item, std::vector<Value> values);
  void deliver_waiting(const Target& target, Item& item, Value value);
  static Work* new_work(Stage& stage, Item& item);
  void pass_gates(Work* work, Scope from) {
    if (!work->stage->has_gates) submit(work);
    else wait_at_gates(work, from);
  }
  void wait_at_gates(Work* work, Scope from);
  void submit(Work* work);
  void enqueue(Work* work);

  // firing.cpp: node code is called here and nowhere else
  void run_chain(Work* work, bool only_this = false);
  bool execute_work(Work& work);
  static void retire(Work* work);
  bool fire(Work& work);
  bool comes_back_later(Work& work);
  void fire_rest(Work& work);
  void end_firing(Work& work);
  ErrorPtr skip_reason(const Item& item) const;
  void note_cut(const Item& item) const;
  template <class Function>
  ErrorPtr guarded(const Stage& stage, const Item& item, const char* what, Function&& function);
  void trace_call(const Stage& stage, const Item& item, const char* what, Clock::time_point begin);
  void adopt_error(const Item& item, const ErrorPtr& error);
  void tell_failed(const Stage& stage, const Item& item, std::string_view step, const PayloadList& inputs, const ErrorPtr& error,
                   const PayloadPtr* accepted = nullptr, std::size_t slot = 0);
  ErrorPtr record_thrown(const Stage& stage, const Item& item);
  const Params& params_for(const Stage& stage, const Item& item) {
    return stage.params_vary ? varying_params(stage, item) : stage.params;
  }
  const Params& varying_params(const Stage& stage, const Item& item);
  void forget(const Meter& meter);
  NodeCounts* counts_of(const CaseItem* of, int thread) { return (of ? of->ledger->counts : statistics_).of_thread(thread); }
  void report_tables(const Stage& stage, const Item& item, const PayloadList& outputs);
  void deliver_outputs(const Stage& stage, Item& item, PayloadList& outputs, Ports kind);
  /// In place of outputs that will not come: the error, or absent where it is null.
  void deliver_nothing(const Stage& stage, Item& item, const ErrorPtr& error, Ports kind);
  bool leaves_out(const Work& work) const;
  void note_left_out(const Stage& stage, const Item& item, const std::string& reason) const;

  // tasks.cpp
  class TaskLoop;
  void take_part(TaskLoop& loop);
  int this_thread() const;
  void add_running(Progress& progress) const;
  TraceEvent trace_event(const Stage& stage, const Item& item, Clock::time_point begin, Clock::time_point end) const;

  // long_steps.cpp: firings that collect or stream
  void wake(LongFiring& state) {
    wake_after(state, [] {});
  }
  template <class Change>
  void wake_after(LongFiring& state, Change&& change);
  void submit_step(LongFiring& state);
  void begin_long(Work& work);
  void step_long(Work& work);
  void take_step(LongFiring& state, LongFiring::Step step, std::size_t which);
  void accept_item(LongFiring& state, std::size_t which);
  void finish_collecting(LongFiring& state);
  void next_item(LongFiring& state);
  void fail_long(LongFiring& state, const ErrorPtr& error);
  void leave_out_long(LongFiring& state);
  void give_up_long(LongFiring& state, const ErrorPtr& error);
  void end_long(LongFiring& state);
  void close_collection(const Target& target, Item& item, std::int64_t total, const ErrorPtr& error);

  // running_calls.cpp
  void set_opening(const ValidatedNode* node);
  bool look_up(std::uint64_t seen, RunningCall& call) const noexcept;

  // stall.cpp: everything waits for credits
  void resolve_stall();
  std::string describe_stall(CaseItem& item);
  bool open_gates(Item& item, const ItemPlan& plan, const ErrorPtr& error);

  std::shared_ptr<const ValidatedGraph> graph_;
  RunOptions options_;
  Run::OnLine on_line_;
  int threads_ = 1;
  PayloadAccount account_;
  CaseLedgers ledgers_;    ///< guarded by mutex_
  Statistics statistics_;  ///< of run scope
  Plan plan_;
  std::vector<Now> now_;  ///< by thread
  std::atomic<const ValidatedNode*> opening_{nullptr};
  std::atomic<const std::vector<Case>*> seen_cases_{nullptr};  ///< for running_calls

  std::atomic<bool> interrupted_{false};  ///< somebody asked for the end
  std::atomic<bool> stopping_{false};
  std::atomic<bool> cancelling_{false};
  mutable std::atomic<bool> run_cut_off_{false};
  std::atomic<std::int32_t> in_flight_{0};  ///< cases, for the trace
  const ErrorPtr cancelled_error_ = std::make_shared<const CaseError>(CaseError{"", "", "", "the run was cancelled"});

  // The arena outlives the flow graph, which runs in it.
  std::optional<tbb::global_control> limit_;
  std::unique_ptr<tbb::task_arena> arena_;
  std::optional<SignalStacks> signal_stacks_;
  std::unique_ptr<tbb::flow::graph> flow_;
  ReadyQueue ready_queue_;
  std::atomic<std::int64_t> tasks_done_{
      0};  ///< orders what tasks wrote before what follows wait_for_all, as Work::submitted does
  std::atomic<std::int64_t> loops_begun_{0};  ///< likewise what a firing wrote before its parallel_for, and its helpers
  std::unique_ptr<tbb::flow::function_node<tbb::flow::continue_msg>> any_ready_;  ///< each message takes one work off the queue

  mutable std::mutex meters_mutex_;
  std::vector<const Meter*> meters_;  ///< of the firings that have told of their progress and are not over

  std::mutex case_end_mutex_;  ///< one call of on_case_end at a time

  Clock::time_point begin_;   ///< written under the mutex, before any firing
  mutable std::mutex mutex_;  ///< guards what follows
  const std::vector<Case>* cases_ = nullptr;
  std::size_t next_case_ = 0;
  std::vector<CaseItem*> live_;
  std::vector<CaseResult> results_;
  std::vector<NodeCounts> ended_counts_;  ///< of the cases that have ended, by node
  std::int64_t done_count_ = 0, failed_count_ = 0;
  double done_seconds_ = 0, failed_seconds_ = 0;
  RunItem run_item_;
  std::vector<CaseError> run_errors_;
  std::map<std::pair<std::size_t, std::string>, double> run_reports_;
  std::vector<std::string> warnings_;

  const Newest newest_{*this};  ///< last: gone before anything that it looks at
};

/// While the outputs of a firing on the same item are delivered, that firing's work holds the item for this one too: counting
/// references up and down is most of what passing a packet on would cost.
inline Work* Engine::new_work(Stage& stage, Item& item) {
  Handoff* const handoff = tls_handoff;
  Work* const work = handoff ? handoff->spare->take() : WorkPool::make();
  work->stage = &stage;
  work->item = &item;
  if (!handoff || !handoff->open || handoff->item != &item) work->hold = ItemRef(&item);
  work->inputs.resize(stage.slots.size());
  return work;
}

/// To the thread itself, when it is about to be free, or to whichever thread takes it.
inline void Engine::submit(Work* work) {
  Handoff* const handoff = tls_handoff;
  if (handoff && handoff->open && !handoff->work && !handoff->ends && work->stage->unlimited) handoff->work = work;
  else enqueue(work);
}

inline void Engine::deliver(const Target& target, Item& item, PayloadPtr payload, const ErrorPtr& error) {
  Stage& stage = *target.stage;
  if (stage.plain_count > 1 || stage.slots[target.slot].kind != SlotKind::plain)
    return deliver_waiting(target, item, {std::move(payload), error});
  Work* const work = new_work(stage, item);
  work->inputs[target.slot] = std::move(payload);
  if (error) work->error = error;
  pass_gates(work, stage.spec->scope);
}

/// Runs node code: times it, records it, and turns what it throws into the case's error.
template <class Function>
ErrorPtr Engine::guarded(const Stage& stage, const Item& item, const char* what, Function&& function) {
  Handoff& handoff = *tls_handoff;
  NodeCounts& counts = handoff.counts[stage.index];
  handoff.clock.begin(counts);
  const Clock::time_point begin = handoff.clock.last();
  handoff.now->set(stage.index, item);
  handoff.in_node = true;
  ErrorPtr error;
  try {
    function();
  } catch (...) {
    error = record_thrown(stage, item);
  }
  handoff.in_node = false;
  handoff.clock.end(counts);
  if (options_.trace) trace_call(stage, item, what, begin);
  return error;
}

/// Makes a change to a long firing, and a work for its next step if there is one to take and no work for it yet.
template <class Change>
void Engine::wake_after(LongFiring& state, Change&& change) {
  {
    const std::lock_guard lock(state.mutex);
    change();
    std::size_t which = 0;
    if (state.busy || state.next_step(which) == LongFiring::Step::none) return;
    state.busy = true;
  }
  submit_step(state);
}

/// The cores that this process may use: its affinity, and a container's quota.
int usable_cores();

}  // namespace flowrun::schedule
