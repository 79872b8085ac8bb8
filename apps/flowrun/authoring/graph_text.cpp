#include "authoring/graph_text.h"

#include <fmt/format.h>

#include "authoring/param_text.h"
#include "terminal/text_layout.h"

namespace flowrun {
namespace {

std::string endpoint_text(const EndpointSpec& endpoint) {
  return endpoint.node.empty() ? endpoint.port : endpoint.node + "." + endpoint.port;
}

std::string values_text(const std::string& heading, const std::vector<ValueSpec>& values) {
  if (values.empty()) return {};
  std::vector<ParamSpec> specs;
  std::set<std::string> optional;
  for (const ValueSpec& value : values) {
    specs.push_back(value.spec);
    if (!value.contrast.empty()) specs.back().help += (specs.back().help.empty() ? "Contrast " : "; contrast ") + value.contrast;
    if (!value.required) optional.insert(value.spec.name);
  }
  return "\n" + heading + "\n" + params_text(specs, optional);
}

/// "${denoise}", "t2 given", "size.largest above 2".
std::string condition_text(const ConditionSpec& condition) {
  switch (condition.kind) {
    case ConditionSpec::Kind::given:
      return condition.name + " given";
    case ConditionSpec::Kind::missing:
      return condition.name + " missing";
    case ConditionSpec::Kind::value:
      return condition.name + (condition.is ? " is as said" : condition.bounds.is_empty() ? "" : " " + condition.bounds.text());
    case ConditionSpec::Kind::number:
      return endpoint_text(*condition.number) + " " + condition.bounds.text();
  }
  return "";
}

std::string conditions_text(const NodeSpec& node) {
  std::string text;
  for (const ConditionSpec& condition : node.when) text += (text.empty() ? "; when " : " and ") + condition_text(condition);
  return text;
}

/// Which files of a data set the inputs take.
std::string bids_text(const std::vector<ValueSpec>& inputs) {
  TextTable table({Align::left, Align::left});
  for (const ValueSpec& input : inputs)
    if (input.bids) table.add({input.spec.name, "<participant and session>/" + to_string(*input.bids)});
  return table.empty() ? "" : "\nFILES of a BIDS data set (--bids DIR)\n" + table.text();
}

std::string port_inputs_text(const std::vector<PortSpec>& ports) {
  if (ports.empty()) return {};
  TextTable table({Align::left, Align::left, Align::left, Align::left});
  for (const PortSpec& port : ports)
    table.add({port.name, port.payload, port.variadic ? "any number" : port.required ? "one" : "optional", port.help});
  return "\nINPUTS (packets, as a subgraph)\n" + table.text();
}

std::string sources_text(const NodeSpec& node) {
  std::string text;
  for (const InputSpec& input : node.inputs) {
    text += (text.empty() ? "" : "; ") + input.port + " from ";
    for (std::size_t i = 0; i < input.sources.size(); ++i) text += (i ? ", " : "") + endpoint_text(input.sources[i]);
  }
  for (const NumberSpec& number : node.numbers)
    text += (text.empty() ? "" : "; ") + printable(number.param) + " from " + endpoint_text(number.source);
  return text;
}

}  // namespace

std::string graph_title(const GraphSpec& spec) {
  std::string text = fmt::format("{}  ({})\n", printable(spec.name), printable(spec.file.string()));
  if (!spec.summary.empty()) text += paragraph(printable_lines(spec.summary), 2);
  return text;
}

std::string graph_interface(const GraphSpec& spec) {
  std::string text = values_text("INPUTS of a case (--in NAME=VALUE, or columns of --cases)", spec.value_inputs);
  text += bids_text(spec.value_inputs);
  text += port_inputs_text(spec.port_inputs);
  text += values_text("PARAMETERS (--set NAME=VALUE)", spec.parameters);
  return text.empty() ? "\nThis graph has no inputs and no parameters of its own.\n" : text;
}

std::string graph_nodes(const GraphSpec& spec) {
  TextTable nodes({Align::left, Align::left, Align::left});
  for (const NodeSpec& node : spec.nodes) nodes.add({node.id, node.type, sources_text(node) + conditions_text(node)});
  std::string text = "\nNODES\n" + nodes.text();
  if (spec.outputs.empty()) return text;
  TextTable outputs({Align::left, Align::left});
  for (const OutputSpec& output : spec.outputs) outputs.add({output.name, "from " + endpoint_text(output.source)});
  return text + "\nOUTPUTS (as a subgraph)\n" + outputs.text();
}

}  // namespace flowrun
