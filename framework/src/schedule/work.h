#pragma once

#include <atomic>
#include <memory>

#include "schedule/item.h"
#include "schedule/payload_list.h"

namespace flowrun::schedule {

struct PlannedNode;
struct DeferredFiring;

/// Something that one thread does for a node: a firing, or a step of one that collects or streams.
struct Work {
  PlannedNode* node = nullptr;
  Item* item = nullptr;  ///< of the node's firing scope
  ItemRef hold;          ///< keeps the item; empty in the work that its maker continues with, until the maker passes its own on
  StreamFiring* stream_firing = nullptr;
  bool begins = true;       ///< carries the plain inputs; false: a further step of a stream firing
  PayloadList inputs;       ///< by slot; collecting slots stay null
  PayloadList outputs;      ///< by output port, between the call of the node and their delivery
  ErrorPtr error;           ///< an input was an error
  bool kept = false;        ///< its outputs come from an earlier run, or are absent
  bool absent = false;      ///< the node is left out here, and its outputs are absent
  bool took_input = false;  ///< an input was taken over, so it is not what came any more
  Clock::time_point ready;
  /// Written by the thread that submits, read by the one that takes over: what was written before is seen after. oneTBB's queues
  /// order this too, but inside a library that the thread sanitizer cannot look into.
  std::atomic<bool> submitted{false};
  std::shared_ptr<DeferredFiring> deferred;  ///< from Context::defer until the rest of the firing has run
  Work* next_spare = nullptr;                ///< in a WorkPool
};

}  // namespace flowrun::schedule
