// Finding plugins, reading a graph, and checking it, with the words of a command line.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "flowrun/host/registry.h"
#include "flowrun/host/validated_graph.h"

namespace flowrun {

struct FoundPlugins {
  Registry registry;
  std::string warning;  ///< about places that others can write into; empty: there are none
};
/// The plugins of these folders and files and of the usual places. Throws Error for a path that is missing.
FoundPlugins find_plugins(const std::vector<std::string>& plugin_paths = {});

/// "name=value", as several options take it. Words without '=' or with an empty or repeated name are faults of the command line.
std::vector<std::pair<std::string, std::string>> assignments(const std::vector<std::string>& words, const std::string& option,
                                                             Diagnostics& faults);

void add_fault(Diagnostics& faults, Severity severity, const SourceLocation& place, const std::string& message);

struct CheckedGraph {
  std::shared_ptr<const GraphSpec> spec;        ///< null: the file gives no graph
  std::shared_ptr<const ValidatedGraph> graph;  ///< null: there are errors
};
enum class Files { must_exist, may_be_missing };
CheckedGraph check_graph(const std::string& file, const std::vector<std::string>& settings, const Registry& registry,
                         Diagnostics& faults, Files files = Files::must_exist);

}  // namespace flowrun
