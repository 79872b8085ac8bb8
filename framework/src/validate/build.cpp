// The checked draft as the graph that the engine runs.
#include <algorithm>
#include <set>

#include "validate/draft.h"

namespace flowrun::checks {
namespace {

void set_run_options(ValidatedNode& node, const RunSpec& run) {
  node.device = run.device.value_or("auto");
  node.concurrency = run.concurrency.value_or(node.type.concurrent ? 0 : 1);
  node.chunks_in_flight = run.chunks_in_flight.value_or(0);
  if (run.isolate.value_or(false)) node.isolation = Isolation{run.timeout.value_or(0), run.memory.value_or(0)};
  node.keeping = run.cache == "always" ? Keeping::always : run.cache == "never" ? Keeping::never : Keeping::automatic;
  if (!node.type.repeatable) node.keeping = Keeping::never;
  node.stop_case_on_error = run.on_error.value_or("stop_case") == "stop_case";
}

/// The optional inputs of a case that a node's parameters name.
std::vector<std::string> optional_inputs_of(const std::vector<ParamExpression>& params, const std::vector<ValueSpec>& inputs) {
  std::set<std::string> named;
  for (const ParamExpression& param : params)
    for (const ParamExpression::Piece& piece : param.pieces)
      for (const ValueSpec& input : inputs)
        if (!input.required && input.spec.name == piece.case_value) named.insert(piece.case_value);
  return {named.begin(), named.end()};
}

ValidatedNode build_node(const Draft& draft, const DraftNode& from, const std::vector<std::size_t>& position) {
  ValidatedNode node{.id = from.id, .type_name = from.type->type.name, .type = from.type->type, .plugin = from.type->plugin};
  node.plugin_version = from.type->plugin_version;
  node.library = from.type->library;
  node.place = from.spec->place;
  node.params = from.params;
  node.optional_inputs = optional_inputs_of(from.params, draft.spec.value_inputs);
  node.conditions = from.conditions;
  node.scope = *from.scope;
  if (from.stream_origin) node.stream_origin = position[*from.stream_origin];
  node.output_used.assign(node.type.outputs.size(), false);
  for (const Edge& edge : from.edges) {
    const DraftNode& source = draft.nodes[edge.source];
    const bool stream = source.type->type.outputs[*edge.source_port].stream;
    node.slots.push_back({*edge.port, {position[edge.source], *edge.source_port}, stream ? Scope::chunk : *source.scope});
  }
  set_run_options(node, from.spec->run);
  return node;
}

/// What edges can name in subgraphs.
void add_subgraphs(const Draft& draft, const std::vector<std::size_t>& position, ValidatedGraph& graph) {
  for (const Instance& instance : draft.instances) {
    if (!instance.use) continue;
    auto& outputs = graph.subgraphs[instance.prefix.substr(0, instance.prefix.size() - 1)];
    for (std::size_t i = 0; i < instance.outputs.size(); ++i) {
      outputs.push_back({instance.graph->outputs[i].name, {}});
      for (const Edge& edge : instance.outputs[i]) outputs.back().sources.push_back({position[edge.source], *edge.source_port});
    }
  }
}

void add_consumers(ValidatedGraph& graph) {
  for (const ValidatedNode& node : graph.nodes) graph.consumers.emplace_back(node.type.outputs.size());
  for (std::size_t consumer = 0; consumer < graph.nodes.size(); ++consumer) {
    const auto& slots = graph.nodes[consumer].slots;
    for (std::size_t slot = 0; slot < slots.size(); ++slot) {
      const SourceRef& source = slots[slot].source;
      graph.consumers[source.node][source.port].push_back({consumer, slot});
      graph.nodes[source.node].output_used[source.port] = true;
    }
  }
}

}  // namespace

std::shared_ptr<const ValidatedGraph> build_graph(const Draft& draft) {
  auto graph = std::make_shared<ValidatedGraph>();
  graph->file = draft.spec.file;
  graph->name = draft.spec.name;
  graph->summary = draft.spec.summary;
  graph->case_inputs = draft.spec.value_inputs;
  graph->parameters = draft.spec.parameters;
  for (const ValueSpec& parameter : graph->parameters) {
    const Binding& binding = draft.instances.front().names.at(parameter.spec.name);
    graph->parameter_values[parameter.spec.name] = *binding.value->constant;
  }
  for (const auto& [name, setting] : draft.graph_settings) graph->settings[setting.key] = setting.text;
  for (const auto& [id, params] : draft.node_settings)
    for (const auto& [param, setting] : params) graph->settings[setting.key] = setting.text;
  for (const ColumnSpec& column : draft.spec.columns) graph->columns.emplace_back(column.name, column.figure);
  std::vector<std::size_t> position(draft.nodes.size());
  for (std::size_t i = 0; i < draft.order.size(); ++i) position[draft.order[i]] = i;
  for (const std::size_t index : draft.order) graph->nodes.push_back(build_node(draft, draft.nodes[index], position));
  add_consumers(*graph);
  add_subgraphs(draft, position, *graph);
  return graph;
}

}  // namespace flowrun::checks
