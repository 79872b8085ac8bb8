#include "session/wrapped_graph.h"

#include <algorithm>
#include <atomic>

namespace flowrun {
namespace {

/// Names that keep node types of a session separate from those of others in the same registry.
std::string type_prefix() {
  static std::atomic<int> sessions{0};
  return "session.s" + std::to_string(++sessions) + "_";
}

NamedLiteral text_param(const std::string& name, const std::string& text) { return {name, {}, {text, {}}}; }

class Wrapping {
 public:
  Wrapping(std::shared_ptr<const GraphSpec> inner, std::shared_ptr<PacketTable> packets, Registry& registry)
      : inner_(std::move(inner)), packets_(std::move(packets)), registry_(registry), prefix_(type_prefix()) {
    outer_.file = inner_->file;
    outer_.name = inner_->name;
    outer_.summary = inner_->summary;
    graph_.id = "graph";
    graph_.type = "graph:" + inner_->file.string();
    graph_.subgraph = inner_;
  }

  GraphSpec build(const std::vector<std::string>& changing) {
    for (const ValueSpec& value : inner_->parameters) add_parameter(value, changing);
    for (const ValueSpec& value : inner_->value_inputs) add_parameter(value, {value.spec.name});
    for (const PortSpec& port : inner_->port_inputs) add_source(port);
    outer_.nodes.push_back(graph_);
    for (const OutputSpec& output : inner_->outputs) add_sink(output);
    return std::move(outer_);
  }

 private:
  void add_parameter(ValueSpec value, const std::vector<std::string>& changing) {
    const bool changes = std::find(changing.begin(), changing.end(), value.spec.name) != changing.end();
    value.spec.per_case = changes;
    graph_.params.push_back(text_param(value.spec.name, "${" + value.spec.name + "}"));
    (changes ? outer_.value_inputs : outer_.parameters).push_back(std::move(value));
  }

  void add_node(const std::string& id, NodeType type, std::vector<InputSpec> inputs, std::vector<ConditionSpec> when) {
    NodeSpec node;
    node.id = id;
    node.type = type.name;
    node.params.push_back(text_param("case", "${case}"));
    node.inputs = std::move(inputs);
    node.when = std::move(when);
    registry_.add_type(std::move(type), "session");
    outer_.nodes.push_back(std::move(node));
  }

  void add_source(const PortSpec& port) {
    const std::string id = source_name(port.name);
    std::vector<ConditionSpec> when;
    if (!port.required) when.push_back(condition_of(port));
    add_node(id, packet_source(prefix_ + id, port.name, port.payload, packets_), {}, std::move(when));
    graph_.inputs.push_back({port.name, {}, false, {{id, "packet", {}}}});
  }

  /// The node is left out in a case that has no such packet.
  ConditionSpec condition_of(const PortSpec& port) {
    ValueSpec given;
    given.spec = {.name = given_name(port.name), .type = ParamType::boolean, .help = "Whether the packet is given"};
    given.spec.per_case = true;
    given.required = false;
    outer_.value_inputs.push_back(given);
    ConditionSpec condition;
    condition.kind = ConditionSpec::Kind::given;
    condition.name = given.spec.name;
    return condition;
  }

  void add_sink(const OutputSpec& output) {
    const std::string id = "take_" + output.name;
    add_node(id, packet_sink(prefix_ + id, output.name, packets_), {{"packet", {}, false, {{"graph", output.name, {}}}}}, {});
  }

  std::shared_ptr<const GraphSpec> inner_;
  std::shared_ptr<PacketTable> packets_;
  Registry& registry_;
  std::string prefix_;
  GraphSpec outer_;
  NodeSpec graph_;
};

}  // namespace

std::string source_name(const std::string& port) { return "give_" + port; }
std::string given_name(const std::string& port) { return "given_" + port; }

GraphSpec wrapped_graph(std::shared_ptr<const GraphSpec> inner, const std::vector<std::string>& changing,
                        std::shared_ptr<PacketTable> packets, Registry& registry, Diagnostics& faults) {
  for (const std::string& name : changing)
    if (std::none_of(inner->parameters.begin(), inner->parameters.end(),
                     [&](const ValueSpec& one) { return one.spec.name == name; }))
      faults.error({inner->file.string(), 0, 0},
                   "graph '" + inner->name + "' has no parameter '" + name + "' that a run could change");
  if (inner->outputs.empty())
    faults.error({inner->file.string(), 0, 0},
                 "graph '" + inner->name + "' has no outputs, so a session would give nothing back; a graph that reads and writes files "
                 "is run as a cohort (flowrun.run in Python, host/cohort.h in C++)");
  return Wrapping(std::move(inner), std::move(packets), registry).build(changing);
}

}  // namespace flowrun
