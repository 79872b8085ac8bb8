#pragma once

#include <string>
#include <vector>

#include "registry/description.h"

namespace flowrun::registry {

/// Everything wrong with the node types that a plugin describes, one sentence each, naming node type and port or parameter.
std::vector<std::string> description_faults(const std::string& plugin, const Description& description);

/// Turns integer defaults of number parameters into numbers, as a graph file's would be.
void normalise_defaults(std::vector<NodeType>& types);

}  // namespace flowrun::registry
