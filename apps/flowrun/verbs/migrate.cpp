#include "verbs/migrate.h"

#include <fmt/format.h>

#include <cstdio>

#include "authoring/rewritten_graph.h"
#include "flowrun/host/text.h"
#include "system/exit_status.h"
#include "terminal/fault_lines.h"
#include "terminal/open_registry.h"

namespace flowrun {
namespace {

struct MigrateCommand {
  std::string graph;
  std::string output;  ///< empty: the standard output
  bool in_place = false;
  Words plugin_paths;
};

int migrate(const MigrateCommand& command) {
  spare_other_files(command.output);
  Diagnostics faults;
  const auto text = migrate_graph(command.graph, open_registry(command.plugin_paths), faults);
  print_faults(faults);
  if (!text) return kWrongInput;
  if (text->steps.empty()) {
    fmt::print("{}: format {} is the newest; there is nothing to change\n", printable(command.graph), kGraphFormat);
    return kAllDone;
  }
  for (const std::string& step : text->steps) fmt::print(stderr, "{}: {}\n", printable(command.graph), printable(step));
  put_graph(command.graph, *text, command.output, command.in_place);
  return kAllDone;
}

}  // namespace

Verb migrate_verb(CLI::App& app) {
  Verb verb(app, "migrate", "bring a graph to the newest format and names of node types",
            "  flowrun migrate segment.json\n"
            "  flowrun migrate segment.json --in-place\n\n"
            "Format 1 is the first and, so far, the only one. A node type that was renamed gets its present name. Subgraphs "
            "are files of their own, to be migrated too.");
  MigrateCommand& command = verb.carried_out_by(migrate);
  verb.argument("GRAPH", command.graph, "the graph file (JSON)");
  verb.flag("--in-place", command.in_place, "write the changed file back to its place");
  verb.output(command.output);
  verb.plugin_path(command.plugin_paths);
  verb.exclude("--output", "--in-place");
  return verb;
}

}  // namespace flowrun
