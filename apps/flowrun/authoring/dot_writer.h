#pragma once

#include <string>

#include "flowrun/host/validated_graph.h"

namespace flowrun {

/// The graph as Graphviz DOT: a box for each node (id, type, how often it fires), coloured by plugin; edges labelled with ports
/// and payload, heavy where chunks stream; a cluster around the nodes of each subgraph. Names are escaped: they come from files.
std::string to_dot(const ValidatedGraph& graph);

}  // namespace flowrun
