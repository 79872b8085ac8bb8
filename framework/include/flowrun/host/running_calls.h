// What the engine's threads are calling, for a handler of a signal that ends the process, and for whoever ends it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace flowrun {

struct Case;
struct ValidatedNode;

/// A call of a node's code. What it points to lives as long as the run.
struct RunningCall {
  const ValidatedNode* node = nullptr;
  const Case* of_case = nullptr;  ///< null: of a firing of run scope, or of the opening of the node
  std::int64_t case_index = -1;   ///< among the cases of Run::execute
  std::int64_t chunk = -1;        ///< -1: none
  bool opening = false;           ///< the node's library is loaded, or the node is created or opened
};

// Each looks at the run that was made last, and may be called by a signal handler (it takes no lock and no memory).

/// The call that the calling thread is in. False when it is in none: it is no thread of the engine, or between two calls.
bool own_call(RunningCall& call) noexcept;

/// What all of the engine's threads are calling; returns how many `calls` has now. A firing that a device is at work on is on no
/// thread, and not among them.
std::size_t running_calls(std::span<RunningCall> calls) noexcept;

/// Gives the calling thread a stack of its own for handlers of signals, where it has none, so that a call that has used up its
/// stack can be reported. The engine does so for its threads.
void prepare_signal_stack() noexcept;

}  // namespace flowrun
