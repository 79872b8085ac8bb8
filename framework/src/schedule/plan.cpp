#include "schedule/plan.h"

#include <algorithm>

#include "flowrun/host/split_graph.h"
#include "flowrun/sdk/payloads.h"
#include "schedule/stream_firing.h"

namespace flowrun::schedule {
namespace {

void plan_ports(PlannedNode& node) {
  const NodeType& type = node.spec->type;
  for (const InputPort& port : type.inputs) node.inputs.push_back({port.name});
  for (const OutputPort& port : type.outputs) {
    const Ports kind = port.stream ? Ports::stream : Ports::plain;
    node.outputs.push_back({port.name, port.payload, kind, {}});
    ++node.output_count[static_cast<std::size_t>(kind)];
    node.makes_table |= !port.stream && port.payload == Table::kType;
  }
}

void plan_slots(PlannedNode& node) {
  const ValidatedNode& spec = *node.spec;
  for (std::size_t i = 0; i < spec.slots.size(); ++i) {
    const InputSlot& slot = spec.slots[i];
    InputPlan& port = node.inputs[slot.port];
    if (!spec.type.inputs[slot.port].collects && port.slot_count++ == 0) port.first_slot = i;
    SlotPlan plan{SlotKind::plain, slot.scope, 0};
    if (spec.type.inputs[slot.port].collects) {
      plan.kind = SlotKind::collected;
      plan.collected_index = node.collected_slots.size();
      node.collected_slots.push_back(i);
    } else if (slot.scope < spec.scope) {
      plan.kind = SlotKind::coarse;
      ++node.coarse_count[static_cast<std::size_t>(slot.scope)];
      node.has_gates = true;
    } else {
      ++node.plain_count;
    }
    node.slots.push_back(plan);
  }
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    InputPlan& plan = node.inputs[i];
    const InputPort& port = spec.type.inputs[i];
    if (plan.slot_count == 0 || !port.required) continue;
    plan.least = port.variadic && port.partial ? 1 : plan.slot_count;
  }
}

ItemPlan& plan_of(Plan& plan, const PlannedNode& node) {
  if (node.spec->scope == Scope::run) return plan.run;
  if (node.spec->scope == Scope::per_case) return plan.one_case;
  return plan.chunks[*node.spec->stream_origin];
}

/// The node whose stream feeds a slot, for a slot that takes chunks.
std::size_t origin_of(const Plan& plan, const InputSlot& slot) {
  const ValidatedNode& source = *plan.nodes[slot.source.node]->spec;
  return source.type.outputs[slot.source.port].stream ? slot.source.node : *source.stream_origin;
}

void place(Plan& plan, PlannedNode& node) {
  ItemPlan& home = plan_of(plan, node);
  if (node.plain_count > 1) {
    node.join_index = home.joins.size();
    home.joins.push_back(&node);
  }
  if (node.is_stream) {
    node.stream_index = home.stream_firings.size();
    home.stream_firings.push_back(&node);
  }
  if (node.plain_count == 0) home.sources.push_back(&node);
  for (const Scope scope : {Scope::run, Scope::per_case}) {
    if (node.coarse_count[static_cast<std::size_t>(scope)] == 0) continue;
    ItemPlan& coarse = scope == Scope::run ? plan.run : plan.one_case;
    node.gate_index[static_cast<std::size_t>(scope)] = coarse.gates.size();
    coarse.gates.emplace_back(&node, scope);
  }
}

void connect(Plan& plan, const ValidatedGraph& graph) {
  for (auto& node : plan.nodes) {
    for (std::size_t port = 0; port < node->outputs.size(); ++port)
      for (const auto& consumer : graph.consumers[node->index][port])
        node->outputs[port].targets.push_back({plan.nodes[consumer.node].get(), consumer.slot});
    for (const std::size_t slot : node->collected_slots) {
      const InputSlot& input = node->spec->slots[slot];
      if (input.scope == Scope::chunk) plan.nodes[origin_of(plan, input)]->stream_targets.push_back({node.get(), slot});
      else plan.collects_cases = true;
    }
  }
}

}  // namespace

Plan make_plan(const ValidatedGraph& graph) {
  Plan plan;
  plan.chunks.resize(graph.nodes.size());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    auto node = std::make_unique<PlannedNode>();
    node->index = i;
    node->spec = &graph.nodes[i];
    const auto& params = node->spec->params;
    node->has_numbers =
        std::any_of(params.begin(), params.end(), [](const auto& param) { return param.number_port.has_value(); });
    node->is_stream = node->spec->type.collects() || node->spec->type.streams();
    node->keeps_items = node->spec->type_name == kKeepingType;
    plan_ports(*node);
    plan_slots(*node);
    plan.nodes.push_back(std::move(node));
  }
  // Something is absent only where a case may leave an input out or a node has conditions; other graphs need not look for it at
  // every firing.
  const bool may_lack = std::any_of(graph.nodes.begin(), graph.nodes.end(), [](const ValidatedNode& node) {
    return !node.optional_inputs.empty() || !node.conditions.empty();
  });
  for (auto& node : plan.nodes) node->may_lack_input = may_lack;
  for (auto& node : plan.nodes) place(plan, *node);
  connect(plan, graph);
  return plan;
}

void equip(Item& item, const ItemPlan& plan) {
  if (!plan.joins.empty()) item.joins = std::make_unique<Join[]>(plan.joins.size());
  for (std::size_t i = 0; i < plan.joins.size(); ++i) {
    item.joins[i].packets.resize(plan.joins[i]->slots.size());
    item.joins[i].missing = plan.joins[i]->plain_count;
  }
  if (!plan.gates.empty()) item.gates = std::make_unique<Gate[]>(plan.gates.size());
  for (std::size_t i = 0; i < plan.gates.size(); ++i)
    item.gates[i].missing = plan.gates[i].first->coarse_count[static_cast<std::size_t>(plan.gates[i].second)];
  for (PlannedNode* node : plan.stream_firings) item.stream_firings.push_back(std::make_shared<StreamFiring>(*node, item));
}

}  // namespace flowrun::schedule
