#include "cohort/named_outputs.h"

#include <fmt/format.h>

#include <algorithm>

namespace flowrun {
namespace {

std::vector<std::string> names_in(const ValidatedGraph& graph) {
  std::vector<std::string> names;
  for (const ValidatedNode& node : graph.nodes) names.push_back(node.id);
  for (const auto& [name, outputs] : graph.subgraphs) names.push_back(name);
  return names;
}

template <class Outputs>
std::string names_of(const Outputs& outputs) {
  std::string text;
  for (const auto& output : outputs) text += (text.empty() ? "" : ", ") + output.name;
  return text.empty() ? "it has none" : "it has " + text;
}

template <class Outputs>
std::optional<std::size_t> output_named(const Outputs& outputs, const std::string& name) {
  const auto found = std::find_if(outputs.begin(), outputs.end(), [&](const auto& output) { return output.name == name; });
  if (found == outputs.end()) return std::nullopt;
  return static_cast<std::size_t>(found - outputs.begin());
}

/// `port` empty: all outputs.
std::optional<NamedOutputs> outputs_of_node(const ValidatedGraph& graph, std::size_t index, const std::string& port,
                                            std::string& fault) {
  const ValidatedNode& node = graph.nodes[index];
  const auto& outputs = node.type.outputs;
  NamedOutputs named{port.empty(), {}, {index}, names_of(outputs)};
  const auto wanted = output_named(outputs, port);
  if (!port.empty() && !wanted) {
    fault = fmt::format("node '{}' ({}) has no output '{}'; {}", node.id, node.type.name, port, named.known);
    return std::nullopt;
  }
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (named.whole || i == wanted) named.outputs.push_back({node.id, outputs[i].name, {index, i}});
  return named;
}

/// Why an output of a subgraph cannot be taken: it passes on an input of the subgraph that has no edge or several.
std::string passing_fault(const ValidatedGraph& graph, const std::string& id, const SubgraphOutput& output) {
  if (output.sources.empty())
    return fmt::format("'{}.{}' passes on an optional input of the subgraph to which nothing is connected; no node makes it", id,
                       output.name);
  std::string makers;
  for (const SourceRef& source : output.sources) {
    const ValidatedNode& node = graph.nodes[source.node];
    makers += fmt::format("{}'{}.{}'", makers.empty() ? "" : ", ", node.id, node.type.outputs[source.port].name);
  }
  return fmt::format("'{}.{}' stands for a list of edges; name one of {}", id, output.name, makers);
}

std::optional<NamedOutputs> outputs_of_subgraph(const ValidatedGraph& graph, const std::string& id, const std::string& port,
                                                std::string& fault) {
  const std::vector<SubgraphOutput>& outputs = graph.subgraphs.at(id);
  NamedOutputs named{port.empty(), {}, {}, names_of(outputs)};
  if (outputs.empty()) fault = fmt::format("the subgraph '{}' has no outputs; name a node in it, as {}/NODE", id, id);
  else if (!named.whole && !output_named(outputs, port))
    fault = fmt::format("the subgraph '{}' has no output '{}'; {}", id, port, named.known);
  if (!fault.empty()) return std::nullopt;
  std::string first_absent;
  for (const SubgraphOutput& output : outputs) {
    if (!named.whole && output.name != port) continue;
    if (output.sources.size() != 1) (output.sources.empty() ? first_absent : fault) = passing_fault(graph, id, output);
    else named.outputs.push_back({id, output.name, output.sources.front()});
  }
  if (named.outputs.empty() && fault.empty()) fault = first_absent;  // else: of all outputs those that are there
  if (!fault.empty()) return std::nullopt;
  for (const NamedOutput& output : named.outputs) named.nodes.push_back(output.source.node);
  return named;
}

}  // namespace

std::optional<std::size_t> node_named(const ValidatedGraph& graph, const std::string& id) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (graph.nodes[i].id == id) return i;
  return std::nullopt;
}

std::optional<NamedOutputs> named_outputs(const ValidatedGraph& graph, const std::string& word, std::string& fault) {
  if (const auto node = node_named(graph, word)) return outputs_of_node(graph, *node, "", fault);
  if (graph.subgraphs.contains(word)) return outputs_of_subgraph(graph, word, "", fault);
  const std::size_t dot = word.rfind('.');
  const std::string id = word.substr(0, dot), port = dot == std::string::npos ? "" : word.substr(dot + 1);
  if (const auto node = node_named(graph, id); node && !port.empty()) return outputs_of_node(graph, *node, port, fault);
  if (graph.subgraphs.contains(id) && !port.empty()) return outputs_of_subgraph(graph, id, port, fault);
  fault = fmt::format("the graph has no node '{}'{}", id, did_you_mean(id, names_in(graph)));
  return std::nullopt;
}

}  // namespace flowrun
