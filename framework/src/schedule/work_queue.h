#pragma once

#include <oneapi/tbb/flow_graph.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

#include <atomic>
#include <memory>
#include <vector>

#include "schedule/handoff.h"
#include "schedule/ready_queue.h"
#include "schedule/signal_stacks.h"
#include "schedule/work_pool.h"

namespace flowrun::schedule {

/// Brings works to the engine's threads: a oneTBB flow graph in an arena of its own.
class WorkQueue {
 public:
  /// Who does the works.
  class Runner {
   public:
    /// Does a work and what this thread continues with after it. `only_this`: the thread has a place of a node with a limit, so
    /// what comes of the work is left to others.
    virtual void run(Work* work, bool only_this) = 0;

   protected:
    ~Runner() = default;
  };

  WorkQueue(int threads, Runner& runner);
  ~WorkQueue();

  /// A node that may fire any number of times at once shares the queue of what is ready; any other has a flow node of its own,
  /// which keeps the limit and the order.
  void add_node(PlannedNode& node);

  /// Calls a function in the arena. What was written before start() is seen by works.
  template <class Function>
  void execute(Function&& function) {
    arena_.execute(function);
  }
  static void start();
  void wait();  ///< until nothing is queued, runs or is deferred; what works wrote is seen after

  /// To the thread itself, when it is about to be free, or to whichever thread takes it.
  void submit(Work* work) {
    Handoff* const handoff = tls_handoff;
    if (handoff && handoff->open && !handoff->work && !handoff->ends && work->node->unlimited) handoff->work = work;
    else enqueue(work);
  }

  /// A firing continues elsewhere, and wait() waits for it: until the work comes back from any thread, or is done by its own.
  void begin_deferral() { flow_->reserve_wait(); }
  void end_deferral() { flow_->release_wait(); }
  void take_back(Work& work);

 private:
  void enqueue(Work* work);
  void put(Work* work);

  Runner& runner_;
  const int threads_;
  tbb::global_control limit_;
  tbb::task_arena arena_;  ///< outlives the flow graph, which runs in it
  SignalStacks signal_stacks_;
  std::unique_ptr<tbb::flow::graph> flow_;
  ReadyQueue ready_;
  /// Orders what works wrote before what follows wait_for_all, as Work::submitted does.
  std::atomic<std::int64_t> done_{0};
  std::unique_ptr<tbb::flow::function_node<tbb::flow::continue_msg>> any_ready_;  ///< each message takes one work off the queue
  std::vector<std::unique_ptr<tbb::flow::function_node<Work*>>> limited_;
};

}  // namespace flowrun::schedule
