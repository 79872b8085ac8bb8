#pragma once

#include <string>
#include <vector>

#include "flowrun/host/registry.h"

namespace flowrun {

/// The node types that a word may mean, the nearest first: those whose name starts so; else those that have it in their name,
/// then in their summary; else those that have it in their details. Upper and lower case are one.
std::vector<const RegisteredType*> find_node_types(const Registry& registry, const std::string& word);

/// Suggestions for a word that is no node type: "; did you mean 'view.montage'?". Empty: nothing is near.
std::string node_type_hint(const Registry& registry, const std::string& word);

/// A JSON object with the plugin, its version, the library and `description`, the type as plugins describe it
/// (docs/plugin-abi.md).
std::string node_type_json(const RegisteredType& known);

}  // namespace flowrun
