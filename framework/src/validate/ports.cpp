// Connects inputs to outputs: names, lists, payload types, what is required.
#include <algorithm>

#include "validate/draft.h"
#include "validate/endpoints.h"

namespace flowrun::checks {
namespace {

constexpr std::size_t kMostOutputs = 10000;  // of all subgraphs together

/// The inputs of one node as its user sees them; nothing when they are not known.
std::optional<std::vector<PortView>> inputs_of(const Draft& draft, const Instance& instance, const NodeSpec& node) {
  std::vector<PortView> ports;
  if (const auto plain = instance.nodes.find(node.id); plain != instance.nodes.end()) {
    const RegisteredType* type = draft.nodes[plain->second].type;
    if (!type) return std::nullopt;
    for (const InputPort& port : type->type.inputs)
      if (!is_hidden(port)) ports.push_back({port.name, port.payload, port.required, port.variadic});
    return ports;
  }
  if (!instance.instances.count(node.id)) return std::nullopt;
  for (const PortSpec& port : node.subgraph->port_inputs)
    ports.push_back({port.name, port.payload, port.required, port.variadic});
  return ports;
}

std::string written(const EndpointSpec& endpoint) {
  return endpoint.node.empty() ? endpoint.port : endpoint.node + "." + endpoint.port;
}

class NodePorts {
 public:
  NodePorts(Draft& draft, Endpoints& endpoints, std::size_t instance, const NodeSpec& node)
      : draft_(draft),
        endpoints_(endpoints),
        instance_(instance),
        node_(node),
        id_(draft.instances[instance].prefix + node.id),
        ports_(inputs_of(draft, draft.instances[instance], node)) {}

  void check() {
    for (const InputSpec& input : node_.inputs) check_input(input);
    if (!ports_) return;
    for (const PortView& port : *ports_)
      if (port.required && !is_given(port.name))
        draft_.faults.error(node_.place, "node '" + id_ + "': input '" + port.name + "' is not connected; " + type_words(node_) +
                                             " needs an edge that gives " + port.payload);
  }

 private:
  bool is_given(const std::string& port) const {
    const auto& inputs = node_.inputs;
    return std::any_of(inputs.begin(), inputs.end(), [&](const InputSpec& input) { return input.port == port; });
  }

  void check_input(const InputSpec& input) {
    const PortView* port = nullptr;
    std::vector<std::string> known;
    for (const PortView& one : ports_.value_or(std::vector<PortView>{})) {
      known.push_back(one.name);
      if (one.name == input.port) port = &ports_->at(known.size() - 1);
    }
    const std::string words = "node '" + id_ + "': input '" + input.port + "'";
    if (ports_ && !port)
      draft_.faults.error(input.place, "node '" + id_ + "': " + type_words(node_) + " has no input '" + input.port + "'" +
                                           (known.empty() ? "; it has none" : known_names(input.port, known)));
    if (port && input.is_list && !port->variadic)
      draft_.faults.error(input.place, words + " takes one edge, found a list of " + std::to_string(input.sources.size()));
    if (port && input.is_list && port->required && input.sources.empty())
      draft_.faults.error(input.place, words + " needs at least one edge, found an empty list");
    for (const EndpointSpec& source : input.sources) check_edge(source, input.port, port, words);
  }

  void check_edge(const EndpointSpec& source, const std::string& input, const PortView* port, const std::string& words) {
    const auto offer = endpoints_.check(instance_, source, "node '" + id_ + "', input '" + input + "'");
    if (!offer || !port) return;
    if (!offer->payload.empty() && offer->payload != port->payload)
      draft_.faults.error(source.place,
                          words + " takes " + port->payload + ", but '" + written(source) + "' gives " + offer->payload);
    if (offer->variadic && !port->variadic)
      draft_.faults.error(source.place,
                          words + " takes one edge, but " + (source.node.empty() ? "the graph's input '" : "'") +
                              written(source) + "' is a list of edges");
  }

  Draft& draft_;
  Endpoints& endpoints_;
  std::size_t instance_;
  const NodeSpec& node_;
  std::string id_;
  std::optional<std::vector<PortView>> ports_;
};

/// What words name a port that only the engine reads: "parameter 'above'", "when".
std::string extra_words(const InputPort& port) {
  const std::size_t space = port.name.find(' ');
  const std::string kind = port.name.substr(0, space);
  return kind == "condition" ? "when" : kind + " '" + port.name.substr(space + 1) + "'";
}

void make_extra_edge(Draft& draft, Endpoints& endpoints, DraftNode& node, const DraftNode::ExtraInput& extra) {
  const InputPort& port = node.type->type.inputs[extra.port];
  const std::string what = node.name() + ", " + extra_words(port);
  const auto offer = endpoints.check(extra.instance, extra.source, what);
  if (!offer) return;
  if (!offer->payload.empty() && offer->payload != port.payload)
    draft.faults.error(extra.source.place,
                       what + ": takes a " + port.payload + ", but '" + written(extra.source) + "' gives " + offer->payload);
  std::vector<Edge> edges = endpoints.resolve(extra.instance, extra.source);
  if (edges.size() != 1) {
    draft.faults.error(extra.source.place, what + ": '" + written(extra.source) + "' is " +
                                               (edges.empty() ? "not connected" : "a list of edges") + ", expected one number");
    return;
  }
  edges.front().port = extra.port;
  node.edges.push_back(std::move(edges.front()));
}

/// Makes the edges of a plain node; its type may be unknown.
void make_edges(Draft& draft, Endpoints& endpoints, DraftNode& node) {
  for (const InputSpec& input : node.spec->inputs) {
    std::optional<std::size_t> index;
    const InputPort* port = nullptr;
    for (std::size_t i = 0; node.type && i < node.type->type.inputs.size(); ++i) {
      if (node.type->type.inputs[i].name != input.port) continue;
      index = i;
      port = &node.type->type.inputs[i];
    }
    bool connected = false;
    for (const EndpointSpec& source : input.sources) {
      for (Edge edge : endpoints.resolve(node.instance, source)) {
        edge.port = index;
        connected = true;
        node.edges.push_back(std::move(edge));
      }
    }
    if (connected || !port || !port->required || input.sources.empty()) continue;
    const EndpointSpec& source = input.sources.front();
    const PortSpec* outer = source.node.empty() ? find_port(*draft.instances[node.instance].graph, source.port) : nullptr;
    if (outer && !outer->required)
      draft.faults.error(source.place, node.name() + ": input '" + input.port +
                                           "' is required, but nothing is connected to the graph's " + "optional input '" +
                                           source.port + "'");
  }
  for (const DraftNode::ExtraInput& extra : node.extra_inputs) make_extra_edge(draft, endpoints, node, extra);
  std::stable_sort(node.edges.begin(), node.edges.end(), [](const Edge& a, const Edge& b) { return a.port < b.port; });
}

/// Finds what the outputs of subgraphs stand for, whether an edge takes them or not.
void resolve_outputs(Draft& draft, Endpoints& endpoints) {
  std::size_t count = 0;
  for (std::size_t i = 1; i < draft.instances.size(); ++i) {
    Instance& instance = draft.instances[i];
    count += instance.graph->outputs.size();
    if (count > kMostOutputs)
      return draft.faults.error({draft.spec.file.string(), 0, 0},
                                "the subgraphs of the graph have more than " + std::to_string(kMostOutputs) +
                                    " outputs together, which is not accepted");
    for (const OutputSpec& output : instance.graph->outputs) instance.outputs.push_back(endpoints.resolve(i, output.source));
  }
}

}  // namespace

void connect_ports(Draft& draft) {
  Endpoints endpoints(draft);
  for (std::size_t i = 0; i < draft.instances.size(); ++i) {
    const GraphSpec& graph = *draft.instances[i].graph;
    for (const NodeSpec& node : graph.nodes) NodePorts(draft, endpoints, i, node).check();
    for (const OutputSpec& output : graph.outputs) endpoints.check(i, output.source, "graph output '" + output.name + "'");
  }
  for (DraftNode& node : draft.nodes) make_edges(draft, endpoints, node);
  if (!draft.faults.has_errors()) resolve_outputs(draft, endpoints);
}

}  // namespace flowrun::checks
