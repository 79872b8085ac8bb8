#pragma once

#include "schedule/node_calls.h"
#include "schedule/routing.h"
#include "schedule/stream_steps.h"

namespace flowrun::schedule {

/// What a thread does with a work: the firing of a node from its inputs to the delivery of its outputs, or a step of one that
/// collects or streams.
class Firings final : public WorkQueue::Runner {
 public:
  Firings(RunState& state, Router& router, NodeCalls& calls, StreamSteps& steps)
      : state_(state), router_(router), calls_(calls), steps_(steps) {}

  void run(Work* work, bool only_this) override;

 private:
  bool execute_work(Work& work);
  static void retire(Work* work);
  void deliver_kept(Work& work);
  bool fire(Work& work);
  void fire_rest(Work& work);
  void end_firing(Work& work);
  bool leaves_out(const Work& work) const;

  RunState& state_;
  Router& router_;
  NodeCalls& calls_;
  StreamSteps& steps_;
};

}  // namespace flowrun::schedule
