#pragma once

#include "schedule/admission.h"
#include "schedule/node_calls.h"
#include "schedule/routing.h"

namespace flowrun::schedule {

/// The steps of firings that collect or stream. Whoever brings an item, an end or a credit wakes the firing; one work at a time
/// takes steps.
class StreamSteps {
 public:
  StreamSteps(RunState& state, Router& router, Admission& admission, NodeCalls& calls)
      : state_(state), router_(router), admission_(admission), calls_(calls) {}

  void begin(Work& work);
  void step(Work& work);

 private:
  void take_step(StreamFiring& state, StreamFiring::Step step, std::size_t which);
  void accept_item(StreamFiring& state, std::size_t which);
  void finish_collecting(StreamFiring& state);
  void next_item(StreamFiring& state);
  void leave_out(StreamFiring& state);
  void fail(StreamFiring& state, const ErrorPtr& error);
  void end(StreamFiring& state);

  RunState& state_;
  Router& router_;
  Admission& admission_;
  NodeCalls& calls_;
};

}  // namespace flowrun::schedule
