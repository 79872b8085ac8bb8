#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "authoring/node_page.h"
#include "flowrun/host/graph_form.h"
#include "flowrun/host/graph_spec.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> json_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().extension() == ".json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

/// How much of a node is of its own graph: a bare name is an edge only inside that subgraph, conditions and numbers say more of
/// the graph than of the type. An example is better without.
std::size_t specialness(const NodeSpec& node) {
  if (!node.when.empty() || !node.numbers.empty()) return 2;
  return std::any_of(node.inputs.begin(), node.inputs.end(), [](const InputSpec& input) {
    return std::any_of(input.sources.begin(), input.sources.end(), [](const EndpointSpec& edge) { return edge.node.empty(); });
  });
}

/// "volume" of "flowrun.volume/1".
std::string short_name(const std::string& payload) {
  const std::size_t dot = payload.find('.') + 1;
  return payload.substr(dot, payload.find('/') - dot);
}

std::string input_example(const InputPort& port) {
  const std::string name = short_name(port.payload);
  if (port.variadic) return fmt::format(R"("{0}": ["first.{1}", "second.{1}"])", port.name, name);
  return fmt::format(R"("{0}": "{0}.{1}")", port.name, name);
}

std::string value_example(const ParamSpec& spec) {
  const std::string number = fmt::format("{}", spec.min.value_or(spec.max.value_or(1)));
  std::string items = spec.type == ParamType::strings ? "\"text\"" : number;
  for (std::size_t i = 1; i < spec.length; ++i) items += spec.type == ParamType::strings ? ", \"text\"" : ", " + number;
  switch (spec.type) {
    case ParamType::boolean:
      return "true";
    case ParamType::integer:
    case ParamType::number:
      return number;
    case ParamType::choice:
      return "\"" + spec.choices.front() + "\"";
    case ParamType::integers:
    case ParamType::numbers:
    case ParamType::strings:
      return "[" + items + "]";
    default:
      return spec.role == PathRole::output ? "\"${out}/${case}_" + spec.name + "\"" : "\"" + spec.name + "\"";
  }
}

}  // namespace

std::map<std::string, NodeExample> examples_in(const fs::path& folder) {
  std::array<std::map<std::string, NodeExample>, 3> found;  // by specialness
  for (const fs::path& file : json_files(folder)) {
    Diagnostics faults;
    const auto graph = load_graph(file, faults);
    if (!graph || faults.has_errors()) continue;
    for (const NodeSpec& node : graph->nodes) {
      auto& examples = found[specialness(node)];
      if (!examples.count(node.type)) examples[node.type] = {node_text(file, node.id), file};
    }
  }
  found[0].merge(found[1]);
  found[0].merge(found[2]);
  return std::move(found[0]);
}

NodeExample made_example(const NodeType& type) {
  std::string inputs, params;
  for (const InputPort& port : type.inputs)
    if (port.required) inputs += (inputs.empty() ? "" : ", ") + input_example(port);
  for (const ParamSpec& spec : type.params)
    if (!spec.default_value) params += fmt::format("{}\"{}\": {}", params.empty() ? "" : ", ", spec.name, value_example(spec));
  const std::string id = type.name.substr(type.name.find('.') + 1);
  std::string text = fmt::format("\"{}\": {{\n  \"type\": \"{}\"", id, type.name);
  if (!inputs.empty()) text += fmt::format(",\n  \"inputs\": {{ {} }}", inputs);
  if (!params.empty()) text += fmt::format(",\n  \"params\": {{ {} }}", params);
  return {text + "\n}\n", {}};
}

}  // namespace flowrun
