#include <fmt/format.h>

#include <cstdio>

#include "authoring.h"
#include "exit_status.h"
#include "flowrun/host/graph_form.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "graph_check.h"
#include "text_layout.h"
#include "written_file.h"

namespace flowrun {

int execute(const SchemaCommand& command) {
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

}  // namespace flowrun
