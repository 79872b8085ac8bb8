// The engine: a plan's stages as nodes of a oneTBB flow graph, and the items that move through them.
#pragma once

#include <oneapi/tbb/flow_graph.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "schedule/case_item.h"
#include "schedule/ready_queue.h"
#include "schedule/stage.h"
#include "schedule/statistics.h"

namespace flowrun::schedule {

class FiringContext;

class Engine {
 public:
  Engine(std::shared_ptr<const ValidatedGraph> graph, Registry& registry, RunOptions options);
  ~Engine();

  RunResult execute(const std::vector<Case>& cases);
  void stop() { interrupted_ = stopping_ = true; }
  void cancel() { interrupted_ = stopping_ = cancelling_ = true; }
  Progress progress() const;

  // For the items.
  void chunk_ended(LongFiring& stream);
  void case_ended(CaseItem& item);
  void admit_all();

  // For the contexts.
  bool cancelled() const { return cancelling_.load(std::memory_order_relaxed); }
  bool skips(const Item& item) const;
  PayloadAccount& account() { return account_; }
  void report(const Stage& stage, Item& item, std::string_view name, double value);
  void warn(const Stage& stage, Item* item, std::string_view sentence);

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

  // delivery.cpp: values to slots, slots to firings
  void deliver(const Target& target, Item& item, Value value);
  void deliver_to_gate(const Target& target, Gate& gate, Value value);
  void deliver_to_collection(const Target& target, Item& item, Value value);
  void ready(Stage& stage, Item& item, std::vector<Value> values);
  static Work* new_work(Stage& stage, Item& item);
  void pass_gates(Work* work, Scope from);
  void submit(Work* work);

  // firing.cpp: node code is called here and nowhere else
  void run_chain(Work* work);
  void execute_work(Work& work);
  static void retire(Work* work);
  void fire(Work& work);
  ErrorPtr skip_reason(const Item& item) const;
  template <class Function>
  ErrorPtr guarded(Stage& stage, Item& item, const char* what, Function&& function) {
    const auto call = [](void* held) { (*static_cast<std::remove_reference_t<Function>*>(held))(); };
    return guarded_call(stage, item, what, &function, call);
  }
  ErrorPtr guarded_call(Stage& stage, Item& item, const char* what, void* function, void (*call)(void*));
  void adopt_error(Item& item, const ErrorPtr& error);
  ErrorPtr record_error(Stage& stage, Item& item, const std::string& message);
  const Params& params_for(Stage& stage, Item& item);
  enum class Ports { plain, stream };
  void deliver_outputs(Stage& stage, Item& item, PayloadList& outputs, const ErrorPtr& error, Ports ports);

  // long_steps.cpp: firings that collect or stream
  void wake(LongFiring& state);
  void begin_long(Work& work);
  void step_long(Work& work);
  void take_step(LongFiring& state, LongFiring::Step step, std::size_t which);
  void accept_item(LongFiring& state, std::size_t which);
  void finish_collecting(LongFiring& state);
  void next_item(LongFiring& state);
  void fail_long(LongFiring& state, const ErrorPtr& error);
  void end_long(LongFiring& state);
  void close_collection(const Target& target, Item& item, std::int64_t total, const ErrorPtr& error);

  // stall.cpp: everything waits for credits
  void resolve_stall();
  std::string describe_stall(CaseItem& item);
  bool open_gates(Item& item, const ItemPlan& plan, const ErrorPtr& error);

  std::shared_ptr<const ValidatedGraph> graph_;
  RunOptions options_;
  int threads_ = 1;
  PayloadAccount account_;
  Statistics statistics_;
  Plan plan_;

  std::atomic<bool> interrupted_{false};  ///< somebody asked for the end
  std::atomic<bool> stopping_{false};
  std::atomic<bool> cancelling_{false};
  const ErrorPtr cancelled_error_ = std::make_shared<const CaseError>(CaseError{"", "", "", "the run was cancelled"});

  // The arena outlives the flow graph, which runs in it.
  std::optional<tbb::global_control> limit_;
  std::unique_ptr<tbb::task_arena> arena_;
  std::unique_ptr<tbb::flow::graph> flow_;
  ReadyQueue ready_queue_;
  std::atomic<std::int64_t> tasks_done_{0};  ///< orders what tasks wrote before what follows wait_for_all, as Work::submitted does
  std::unique_ptr<tbb::flow::function_node<tbb::flow::continue_msg>> any_ready_;  ///< each message takes one work off the queue

  Clock::time_point begin_;   ///< written under the mutex, before any firing
  mutable std::mutex mutex_;  ///< guards what follows
  const std::vector<Case>* cases_ = nullptr;
  std::size_t next_case_ = 0;
  std::vector<CaseItem*> live_;
  std::vector<CaseResult> results_;
  std::int64_t done_count_ = 0, failed_count_ = 0;
  RunItem run_item_;
  std::vector<CaseError> run_errors_;
  std::map<std::pair<std::size_t, std::string>, double> run_reports_;
  std::vector<std::string> warnings_;
};

/// The cores that this process may use: its affinity, and a container's quota.
int usable_cores();

}  // namespace flowrun::schedule
