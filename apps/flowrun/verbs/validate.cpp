#include "verbs/validate.h"

#include <fmt/format.h>

#include <cstdio>

#include "flowrun/host/graph_spec.h"
#include "flowrun/host/runtime.h"
#include "flowrun/host/session.h"
#include "flowrun/host/text.h"
#include "system/exit_status.h"
#include "terminal/fault_lines.h"
#include "terminal/open_registry.h"

namespace flowrun {

namespace {

struct ValidateCommand {
  std::string graph;
  bool open = false;  ///< the nodes too, with their models
  Words settings;
  Words plugin_paths;
};

/// Nodes with conditions are not opened: the cases decide whether they are needed.
void open_nodes(const std::shared_ptr<const ValidatedGraph>& graph, Registry& registry, Diagnostics& faults) {
  RunOptions options;
  for (const ValidatedNode& node : graph->nodes) options.unused.push_back(!node.conditions.empty());
  try {
    const Run run(graph, registry, options);
  } catch (const std::exception& error) {
    faults.error({graph->file.string()}, error.what());
  }
}

std::string names_of(const std::vector<PortSpec>& ports) {
  std::string names;
  for (const PortSpec& port : ports) names += (names.empty() ? "'" : ", '") + port.name + "'";
  return names;
}

/// A graph that takes packets of another one, checked by itself.
int validate_stage(const ValidateCommand& command, const GraphSpec& stage, Registry& registry) {
  if (command.open) throw WrongUse{"--open needs a graph that can run; '" + command.graph + "' takes packets of another graph"};
  Diagnostics faults;
  SessionRequest request;
  request.graph = command.graph;
  request.settings = command.settings;
  const Session checked(std::move(request), registry, faults);
  print_faults(faults);
  const bool right = !faults.has_errors();
  fmt::print("{}: {}, {} (a stage of other graphs: it takes packets at {})\n", printable(command.graph), right ? "ok" : "wrong",
             verdict(faults), printable(names_of(stage.port_inputs)));
  return right ? kAllDone : kWrongInput;
}

int validate_graph(const ValidateCommand& command) {
  Registry registry = open_registry(command.plugin_paths);
  Diagnostics faults, of_file;
  if (const auto spec = load_graph(command.graph, of_file); spec && !spec->port_inputs.empty() && !of_file.has_errors())
    return validate_stage(command, *spec, registry);
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

}  // namespace

Verb validate_verb(CLI::App& app) {
  Verb verb(app, "validate", "check a graph and list everything wrong with it",
            "  flowrun validate graphs/demo.json\n"
            "  flowrun validate segment.json --set models=my_models\n\n"
            "Loads no plugin's code, unless --open asks for it. Exit status: 0 the graph is right (warnings are allowed),\n"
            "2 it is wrong.");
  ValidateCommand& command = verb.carried_out_by(validate_graph);
  verb.argument("GRAPH", command.graph, "the graph file (JSON)");
  verb.flag("--open", command.open,
            "open the nodes too, as a run does before its first case, but those with\n"
            "'when': models are loaded and compared with what is connected");
  verb.settings(command.settings);
  verb.plugin_path(command.plugin_paths);
  return verb;
}

}  // namespace flowrun
