#include "verbs/describe.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "authoring/graph_text.h"
#include "authoring/node_search.h"
#include "authoring/param_text.h"
#include "authoring/port_text.h"
#include "flowrun/sdk/error.h"
#include "system/exit_status.h"
#include "terminal/fault_lines.h"
#include "terminal/open_registry.h"
#include "terminal/text_layout.h"

namespace flowrun {
namespace {

struct DescribeCommand {
  std::string what;  ///< a node type or a graph file
  bool json = false;
  Words plugin_paths;
};

std::string ports_text(const NodeType& type) {
  std::string text;
  TextTable inputs({Align::left, Align::left, Align::left, Align::left});
  for (const InputPort& port : type.inputs) inputs.add({port.name, port.payload, input_takes(port), port.help});
  TextTable outputs({Align::left, Align::left, Align::left, Align::left});
  for (const OutputPort& port : type.outputs) outputs.add({port.name, port.payload, output_gives(port), port.help});
  if (!inputs.empty()) text += "\nINPUTS\n" + inputs.text();
  if (!outputs.empty()) text += "\nOUTPUTS\n" + outputs.text();
  return text;
}

/// How the type is written in a graph: required inputs and parameters only.
std::string example_text(const NodeType& type) {
  std::string inputs;
  for (const InputPort& port : type.inputs)
    if (port.required)
      inputs += fmt::format("{}\"{}\": {}", inputs.empty() ? "" : ", ", port.name,
                            port.variadic ? "[\"node.port\", \"other.port\"]" : "\"node.port\"");
  std::string params;
  for (const ParamSpec& spec : type.params)
    if (!spec.default_value) params += fmt::format("{}\"{}\": ...", params.empty() ? "" : ", ", spec.name);
  std::string text = fmt::format("  \"my_node\": {{ \"type\": \"{}\"", type.name);
  if (!inputs.empty()) text += fmt::format(",\n    \"inputs\": {{ {} }}", inputs);
  if (!params.empty()) text += fmt::format(",\n    \"params\": {{ {} }}", params);
  return "\nIN A GRAPH\n" + text + " }\n";
}

std::string origin_text(const Registry& registry, const RegisteredType& found) {
  TextTable table({Align::left, Align::left});
  std::string plugin = found.plugin + " " + found.plugin_version;
  for (const PluginInfo& info : registry.plugins())
    if (info.file == found.library && !info.licence.empty()) plugin += " (" + info.licence + ")";
  table.add({"plugin", plugin});
  if (!found.library.empty()) table.add({"file", found.library.string()});
  table.add({"runs on", found.type.cuda ? "CPU or CUDA" : "CPU"});
  table.add({"firings", found.type.concurrent ? "several at a time" : "one at a time"});
  if (!found.type.repeatable) table.add({"results", "may differ each time; never kept"});
  return table.text();
}

int describe_node(const Registry& registry, const RegisteredType& found) {
  const NodeType& type = found.type;
  fmt::print("{}\n{}\n{}", printable(type.name), paragraph(printable_lines(type.summary), 2), origin_text(registry, found));
  if (!type.details.empty()) fmt::print("\n{}", paragraph(printable_lines(type.details), 2));
  fmt::print("{}", ports_text(type));
  if (!type.params.empty()) fmt::print("\nPARAMETERS\n{}", params_text(type.params));
  fmt::print("{}", printable_lines(example_text(type)));
  return kAllDone;
}

int describe_graph(const std::string& file) {
  Diagnostics faults;
  const auto spec = load_graph(file, faults);
  print_faults(faults);
  if (!spec) return kWrongInput;
  fmt::print("{}{}{}", graph_title(*spec), graph_interface(*spec), graph_nodes(*spec));
  return faults.has_errors() ? kWrongInput : kAllDone;
}

bool names_a_file(const std::string& what) {
  return what.ends_with(".json") || what.find('/') != std::string::npos || std::filesystem::is_regular_file(what);
}

int describe(const DescribeCommand& command) {
  if (names_a_file(command.what)) {
    if (command.json) throw Error("--json describes node types; a graph file is JSON already");
    return describe_graph(command.what);
  }
  const Registry registry = open_registry(command.plugin_paths);
  const RegisteredType* found = registry.find(command.what);
  if (found && command.json) return fmt::print("{}\n", node_type_json(*found)), kAllDone;
  if (found) return describe_node(registry, *found);
  const std::string conflict = registry.conflict(command.what);
  if (!conflict.empty()) throw Error(conflict);
  throw Error("no node type '" + command.what + "', and no such graph file" + node_type_hint(registry, command.what));
}

}  // namespace

Verb describe_verb(CLI::App& app) {
  Verb verb(app, "describe", "describe a node type (ports, parameters) or a graph",
            "  flowrun describe patches.extract\n"
            "  flowrun describe graphs/demo.json");
  DescribeCommand& command = verb.carried_out_by(describe);
  verb.argument("NODE|GRAPH", command.what, "a node type, or a graph file");
  verb.flag("--json", command.json, "print a node type's description as JSON, for programs");
  verb.plugin_path(command.plugin_paths);
  return verb;
}

}  // namespace flowrun
