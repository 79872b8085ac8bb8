#include "verbs/schema.h"

#include <fmt/format.h>

#include <cstdio>

#include "flowrun/host/graph_form.h"
#include "flowrun/host/text.h"
#include "flowrun/host/written_file.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "system/exit_status.h"
#include "terminal/open_registry.h"

namespace flowrun {

namespace {

struct SchemaCommand {
  bool plan = false;   ///< of plans of crossval instead of graphs
  std::string output;  ///< empty: the standard output
  Words plugin_paths;
};

int write_schema(const SchemaCommand& command) {
  const auto is_schema = [](const std::string& beginning) { return beginning.find("json-schema.org/") != std::string::npos; };
  if (!command.output.empty())
    if (const std::string fault = overwrite_fault(command.output, "--output", "JSON Schema", is_schema); !fault.empty())
      throw Error(fault);
  const Registry registry = open_registry(command.plugin_paths);
  for (const PluginInfo& plugin : registry.plugins())
    if (!command.plan && !plugin.failure.empty())
      fmt::print(stderr, "flowrun: {} is not in the schema, because it cannot be used: {}\n", printable(plugin.file.string()),
                 printable(plugin.failure));
  const std::string schema = command.plan ? plan_schema() : graph_schema(registry);
  if (command.output.empty()) fmt::print("{}", schema);
  else write_atomically(command.output, schema);
  return kAllDone;
}

}  // namespace

Verb schema_verb(CLI::App& app) {
  Verb verb(app, "schema", "print a JSON Schema of graphs, for editors",
            "  flowrun schema -o graph.schema.json              then name it in a graph: \"$schema\": \"graph.schema.json\"\n"
            "  flowrun schema --plugin-path my_plugins -o graph.schema.json\n"
            "  flowrun schema --plan -o plan.schema.json\n\n"
            "The schema (draft-07) contains the format of graph files and every node type that is found, with its\n"
            "ports, parameters, ranges, defaults and help. Loads no plugin's code.");
  SchemaCommand& command = verb.carried_out_by(write_schema);
  verb.flag("--plan", command.plan, "the schema of plans of 'flowrun crossval'");
  verb.output(command.output);
  verb.plugin_path(command.plugin_paths);
  return verb;
}

}  // namespace flowrun
