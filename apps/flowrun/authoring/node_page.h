// Pages about node types in Markdown, from their descriptions.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "flowrun/host/registry.h"

namespace flowrun {

/// A node in a graph, as an example of its type.
struct NodeExample {
  std::string text;              ///< "id": { ... }
  std::filesystem::path source;  ///< the graph that contains it; empty: made from the description
};

/// For each node type that the graphs of a folder (and its folders) use, one node. Files that are no graphs are passed over.
std::map<std::string, NodeExample> examples_in(const std::filesystem::path& folder);
/// A node with what is required, and nothing else.
NodeExample made_example(const NodeType& type);

/// A node type's page; links to graphs start at `folder`, where the page will lie.
std::string node_page(const RegisteredType& known, const NodeExample& example, const std::filesystem::path& folder);
/// Whether a text is such a page of a node type, of this flowrun or an older one.
bool is_node_page(const std::string& text, const std::string& type);
/// In every list, which flowrun thus recognises as its own.
inline constexpr const char* kMadeByDocs = "made by `flowrun docs` from the plugins' own descriptions";
/// The list of the pages, by plugin.
std::string node_index(const std::vector<const RegisteredType*>& types);

}  // namespace flowrun
