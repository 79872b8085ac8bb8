#include <fmt/format.h>

#include <cstdio>

#include "commands.h"
#include "exit_status.h"
#include "flowrun/host/runtime.h"
#include "graph_check.h"
#include "text_layout.h"

namespace flowrun {

namespace {

/// Nodes with conditions are not opened: the cases decide whether they are needed.
void open_nodes(const std::shared_ptr<const ValidatedGraph>& graph, Registry& registry, Faults& faults) {
  RunOptions options;
  for (const ValidatedNode& node : graph->nodes) options.unused.push_back(!node.conditions.empty());
  try {
    const Run run(graph, registry, options);
  } catch (const std::exception& error) {
    faults.error({graph->file.string()}, error.what());
  }
}

}  // namespace

int execute(const ValidateCommand& command) {
  Registry registry = open_registry(command.plugin_paths);
  Faults faults;
  const CheckedGraph checked = check_graph(command.graph, command.settings, registry, faults);
  if (checked.graph) check_written_files(*checked.graph, faults);
  if (command.open && checked.graph && !faults.has_errors()) open_nodes(checked.graph, registry, faults);
  print_faults(faults);
  const bool right = !faults.has_errors() && checked.spec;
  std::string about;
  if (checked.graph) about = fmt::format(" ({})", count_text(checked.graph->nodes.size(), "node"));
  fmt::print("{}: {}, {}{}\n", printable(command.graph), right ? "ok" : "wrong", verdict(faults), about);
  return right ? kAllDone : kWrongInput;
}

}  // namespace flowrun
