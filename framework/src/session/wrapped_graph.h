#pragma once

#include <memory>
#include <string>
#include <vector>

#include "flowrun/host/graph_spec.h"
#include "flowrun/host/registry.h"
#include "session/memory_nodes.h"

namespace flowrun {

/// A graph that has `inner` as its node "graph", between sources of the packets that it takes and sinks of those that it gives.
/// The parameters in `changing` become inputs of the case.
GraphSpec wrapped_graph(std::shared_ptr<const GraphSpec> inner, const std::vector<std::string>& changing,
                        std::shared_ptr<PacketTable> packets, Registry& registry, Diagnostics& faults);

/// Name of the node that emits a packet.
std::string source_name(const std::string& port);
/// Name of the input that says whether a packet is given which is not required.
std::string given_name(const std::string& port);

}  // namespace flowrun
