#pragma once

#include <string>
#include <vector>

#include "flowrun/sdk/node_type.h"

namespace flowrun::registry {

/// Everything wrong with the node types that a plugin describes, one sentence each, naming node type and port or parameter.
/// `create` is asked for only when `loaded`: a manifest cannot hold it.
std::vector<std::string> description_faults(const std::string& plugin, const std::vector<NodeType>& types, bool loaded);

/// Turns integer defaults of number parameters into numbers, as a graph file's would be.
void normalise_defaults(std::vector<NodeType>& types);

}  // namespace flowrun::registry
