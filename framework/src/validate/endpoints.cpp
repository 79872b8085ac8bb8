#include "validate/endpoints.h"

#include <algorithm>

namespace flowrun::checks {
namespace {

constexpr int kMostSteps =
    20000;  // an output that is fed by itself through a subgraph never ends; lists of lists grow without bound
constexpr int kDeepest = 200;
constexpr std::size_t kMostSuggested = 1000;  // nodes that a misspelt name is compared with

template <class T>
const T* by_name(const std::vector<T>& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const T& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

template <class T>
std::vector<std::string> names_of(const std::vector<T>& all) {
  std::vector<std::string> names;
  for (const T& one : all) names.push_back(one.name);
  return names;
}

const NodeSpec* find_node(const GraphSpec& graph, const std::string& id) {
  for (const NodeSpec& node : graph.nodes)
    if (node.id == id) return &node;
  return nullptr;
}

/// What a bare name that is no packet input may have meant.
std::string bare_name_hint(const Instance& instance, const std::string& name) {
  const auto& values = instance.graph->value_inputs;
  if (std::any_of(values.begin(), values.end(), [&](const ValueSpec& value) { return value.spec.name == name; }))
    return "; '" + name + "' is a value of each case, which a node takes as a parameter: \"${" + name + "}\"";
  if (find_node(*instance.graph, name)) return "; an edge names a node and its output: \"" + name + ".<output>\"";
  return did_you_mean(name, names_of(instance.graph->port_inputs));
}

}  // namespace

const OutputSpec* find_output(const GraphSpec& graph, const std::string& name) { return by_name(graph.outputs, name); }
const PortSpec* find_port(const GraphSpec& graph, const std::string& name) { return by_name(graph.port_inputs, name); }

std::optional<Offer> Endpoints::check_bare(const Instance& instance, const EndpointSpec& endpoint, const std::string& what) {
  if (const PortSpec* port = find_port(*instance.graph, endpoint.port)) return Offer{port->payload, port->variadic};
  draft_.faults.error(endpoint.place,
                      what + ": the graph has no packet input '" + endpoint.port + "'" + bare_name_hint(instance, endpoint.port));
  return std::nullopt;
}

std::optional<Offer> Endpoints::check_output(const Instance& instance, const EndpointSpec& endpoint, const std::string& what) {
  const auto fault = [&](const std::string& sentence) {
    draft_.faults.error(endpoint.place, what + ": " + sentence);
    return std::nullopt;
  };
  const NodeSpec* node = find_node(*instance.graph, endpoint.node);
  if (!node) {
    std::vector<std::string> ids;
    if (instance.graph->nodes.size() <= kMostSuggested)
      for (const NodeSpec& one : instance.graph->nodes) ids.push_back(one.id);
    return fault("there is no node '" + endpoint.node + "'" + did_you_mean(endpoint.node, ids));
  }
  std::vector<std::string> outputs;
  if (const auto plain = instance.nodes.find(node->id); plain != instance.nodes.end()) {
    const RegisteredType* type = draft_.nodes[plain->second].type;
    if (!type) return Offer{};
    if (const OutputPort* port = by_name(type->type.outputs, endpoint.port)) return Offer{port->payload, false};
    outputs = names_of(type->type.outputs);
  } else {
    const auto inner = instance.instances.find(node->id);
    if (inner == instance.instances.end()) return Offer{};  // its file could not be read
    const GraphSpec& graph = *draft_.instances[inner->second].graph;
    if (const OutputSpec* output = find_output(graph, endpoint.port))
      return Offer{payload_of(inner->second, output->source, 0), is_list(inner->second, output->source, 0)};
    outputs = names_of(graph.outputs);
  }
  return fault("node '" + node->id + "' (" + type_words(*node) + ") has no output '" + endpoint.port + "'" +
               (outputs.empty() ? "; it has none" : known_names(endpoint.port, outputs)));
}

std::optional<Offer> Endpoints::check(std::size_t instance, const EndpointSpec& endpoint, const std::string& what) {
  const Instance& here = draft_.instances[instance];
  return endpoint.node.empty() ? check_bare(here, endpoint, what) : check_output(here, endpoint, what);
}

std::string Endpoints::payload_of(std::size_t instance, const EndpointSpec& endpoint, int depth) {
  const Instance& here = draft_.instances[instance];
  if (depth > kDeepest) return "";
  if (endpoint.node.empty()) {
    const PortSpec* port = find_port(*here.graph, endpoint.port);
    return port ? port->payload : "";
  }
  if (const auto plain = here.nodes.find(endpoint.node); plain != here.nodes.end()) {
    const RegisteredType* type = draft_.nodes[plain->second].type;
    const OutputPort* port = type ? by_name(type->type.outputs, endpoint.port) : nullptr;
    return port ? port->payload : "";
  }
  const auto inner = here.instances.find(endpoint.node);
  if (inner == here.instances.end()) return "";
  const OutputSpec* output = find_output(*draft_.instances[inner->second].graph, endpoint.port);
  return output ? payload_of(inner->second, output->source, depth + 1) : "";
}

/// Whether it passes on a list of edges that a subgraph takes.
bool Endpoints::is_list(std::size_t instance, const EndpointSpec& endpoint, int depth) const {
  const Instance& here = draft_.instances[instance];
  if (depth > kDeepest) return false;
  if (endpoint.node.empty()) {
    const PortSpec* port = find_port(*here.graph, endpoint.port);
    return port && port->variadic;
  }
  const auto inner = here.instances.find(endpoint.node);
  if (inner == here.instances.end()) return false;
  const OutputSpec* output = find_output(*draft_.instances[inner->second].graph, endpoint.port);
  return output && is_list(inner->second, output->source, depth + 1);
}

std::vector<Edge> Endpoints::resolve(std::size_t instance, const EndpointSpec& endpoint) {
  std::vector<Edge> found;
  steps_ = 0;
  follow(instance, endpoint, endpoint.place, 0, found);
  return found;
}

Edge Endpoints::edge_from(std::size_t node, const std::string& output, const SourceLocation& place) const {
  Edge edge{.source = node, .place = place};
  const RegisteredType* type = draft_.nodes[node].type;
  const OutputPort* port = type ? by_name(type->type.outputs, output) : nullptr;
  if (port) edge.source_port = static_cast<std::size_t>(port - type->type.outputs.data());
  return edge;
}

void Endpoints::follow(std::size_t instance, const EndpointSpec& endpoint, const SourceLocation& place, int depth,
                       std::vector<Edge>& found) {
  const Instance& here = draft_.instances[instance];
  if (steps_ > kMostSteps) return;  // reported already
  if (++steps_ > kMostSteps || depth > kDeepest) {
    draft_.faults.error(place,
                        "the edge leads through subgraphs without end; their inputs and outputs are connected in a circle");
    steps_ = kMostSteps + 1;
    return;
  }
  if (endpoint.node.empty()) {
    if (!here.use) return;
    for (const InputSpec& input : here.use->inputs)
      if (input.port == endpoint.port)
        for (const EndpointSpec& outer : input.sources) follow(here.parent, outer, place, depth + 1, found);
    return;
  }
  if (const auto plain = here.nodes.find(endpoint.node); plain != here.nodes.end()) {
    found.push_back(edge_from(plain->second, endpoint.port, place));
    return;
  }
  const auto inner = here.instances.find(endpoint.node);
  if (inner == here.instances.end()) return;
  if (const OutputSpec* output = find_output(*draft_.instances[inner->second].graph, endpoint.port))
    follow(inner->second, output->source, place, depth + 1, found);
}

}  // namespace flowrun::checks
