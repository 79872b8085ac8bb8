// Graph files as texts: their canonical form, later formats, and the JSON Schemas that editors check them with.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "flowrun/host/diagnostic.h"
#include "flowrun/host/registry.h"

namespace flowrun {

inline constexpr int kGraphFormat = 1;  ///< the format of graph files that this flowrun reads and writes

/// A text as it was and as it should be.
struct RewrittenText {
  std::string before;
  std::string after;
  std::vector<std::string> steps;  ///< what was changed by migrate_graph, a sentence each
};

/// The canonical form of a JSON file: keys of graphs and plans in their usual order, two spaces a level, lines of at most 130
/// characters. Every value, the spelling of its number or text, and every x-* key stays. Nothing, and a fault with its place, for
/// a file that cannot be read or is not JSON.
std::optional<RewrittenText> format_graph(const std::filesystem::path& file, Diagnostics& faults);

/// The file in the newest format and with the present names of node types (Plugin::aliases), in canonical form; `after` is
/// `before` when nothing is old. Nothing, and a fault, when the file cannot be read, is no graph, or has a newer format than this
/// flowrun knows.
std::optional<RewrittenText> migrate_graph(const std::filesystem::path& file, const Registry& registry, Diagnostics& faults);

/// One node of a graph file as text in canonical form: `"id": { ... }`. Throws Error when the file has no such node.
std::string node_text(const std::filesystem::path& file, const std::string& id);

/// JSON Schema (draft-07) of graph files with the node types of a registry.
std::string graph_schema(const Registry& registry);
/// JSON Schema (draft-07) of the plans of crossval.
std::string plan_schema();

}  // namespace flowrun
