#pragma once

#include <vector>

#include "flowrun/sdk/node_type.h"
#include "json/json.h"

namespace flowrun::registry {

/// The description of node types as a tree, and back. `types_from_json` throws Error for a tree that it does not understand.
json::Value types_to_json(const std::vector<NodeType>& types);
std::vector<NodeType> types_from_json(const json::Value& tree);

/// A member that must be there and of that kind; throws Error otherwise.
const json::Value& member(const json::Value& object, std::string_view name, json::Kind kind);

}  // namespace flowrun::registry
