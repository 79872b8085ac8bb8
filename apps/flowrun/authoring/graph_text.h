#pragma once

#include <string>

#include "flowrun/host/graph_spec.h"

namespace flowrun {

/// Name, summary and file of a graph.
std::string graph_title(const GraphSpec& spec);

/// What a person may give it: inputs of a case and parameters, with types, defaults, ranges, units and help.
std::string graph_interface(const GraphSpec& spec);

/// Its nodes, where each gets its inputs from, and, of a subgraph, its outputs.
std::string graph_nodes(const GraphSpec& spec);

}  // namespace flowrun
