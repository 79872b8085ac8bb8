#pragma once

#include <cstdint>
#include <vector>

#include "flowrun/host/trace.h"
#include "flowrun/host/validated_graph.h"

namespace flowrun {

/// From the call that made a packet to the one that took it: indices of events.
struct FlowArrow {
  std::size_t from = 0, to = 0;
};

/// The chunk of each event: its own; of the k-th call of "next" in a case, k, where the stream came to have such a chunk; else
/// -1.
std::vector<std::int64_t> chunks_of(const std::vector<TraceEvent>& events);

/// One arrow for each firing and each node that it reads; a node that collects has one for each chunk or case. A packet that many
/// chunks share has an arrow to the first of them. `events` as of Trace::events.
std::vector<FlowArrow> flow_arrows(const std::vector<TraceEvent>& events, const std::vector<std::int64_t>& chunks,
                                   const ValidatedGraph& graph);

}  // namespace flowrun
