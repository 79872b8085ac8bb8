#include "flowrun/sdk/payloads.h"
#include <algorithm>

#include "schedule/long_firing.h"
#include "schedule/stage.h"

namespace flowrun::schedule {
namespace {

void plan_ports(Stage& stage) {
  const NodeType& type = stage.spec->type;
  for (const InputPort& port : type.inputs) stage.inputs.push_back({port.name});
  for (const OutputPort& port : type.outputs) {
    const Ports kind = port.stream ? Ports::stream : Ports::plain;
    stage.outputs.push_back({port.name, port.payload, kind, {}});
    ++stage.output_count[static_cast<std::size_t>(kind)];
    stage.makes_table |= !port.stream && port.payload == Table::kType;
  }
}

void plan_slots(Stage& stage) {
  const ValidatedNode& spec = *stage.spec;
  for (std::size_t i = 0; i < spec.slots.size(); ++i) {
    const InputSlot& slot = spec.slots[i];
    InputPlan& port = stage.inputs[slot.port];
    if (!spec.type.inputs[slot.port].collects && port.slot_count++ == 0) port.first_slot = i;
    SlotPlan plan{SlotKind::plain, slot.scope, 0};
    if (spec.type.inputs[slot.port].collects) {
      plan.kind = SlotKind::collected;
      plan.collected_index = stage.collected_slots.size();
      stage.collected_slots.push_back(i);
    } else if (slot.scope < spec.scope) {
      plan.kind = SlotKind::coarse;
      ++stage.coarse_count[static_cast<std::size_t>(slot.scope)];
      stage.has_gates = true;
    } else {
      ++stage.plain_count;
    }
    stage.slots.push_back(plan);
  }
  for (std::size_t i = 0; i < stage.inputs.size(); ++i) {
    InputPlan& plan = stage.inputs[i];
    const InputPort& port = spec.type.inputs[i];
    if (plan.slot_count == 0 || !port.required) continue;
    plan.least = port.variadic && port.partial ? 1 : plan.slot_count;
  }
}

ItemPlan& plan_of(Plan& plan, const Stage& stage) {
  if (stage.spec->scope == Scope::run) return plan.run;
  if (stage.spec->scope == Scope::per_case) return plan.one_case;
  return plan.chunks[*stage.spec->stream_origin];
}

/// The node whose stream feeds a slot, for a slot that takes chunks.
std::size_t origin_of(const Plan& plan, const InputSlot& slot) {
  const ValidatedNode& source = *plan.stages[slot.source.node]->spec;
  return source.type.outputs[slot.source.port].stream ? slot.source.node : *source.stream_origin;
}

void place(Plan& plan, Stage& stage) {
  ItemPlan& home = plan_of(plan, stage);
  if (stage.plain_count > 1) {
    stage.join_index = home.joins.size();
    home.joins.push_back(&stage);
  }
  if (stage.is_long) {
    stage.long_index = home.long_firings.size();
    home.long_firings.push_back(&stage);
  }
  if (stage.plain_count == 0) home.sources.push_back(&stage);
  for (const Scope scope : {Scope::run, Scope::per_case}) {
    if (stage.coarse_count[static_cast<std::size_t>(scope)] == 0) continue;
    ItemPlan& coarse = scope == Scope::run ? plan.run : plan.one_case;
    stage.gate_index[static_cast<std::size_t>(scope)] = coarse.gates.size();
    coarse.gates.emplace_back(&stage, scope);
  }
}

void connect(Plan& plan, const ValidatedGraph& graph) {
  for (auto& stage : plan.stages) {
    for (std::size_t port = 0; port < stage->outputs.size(); ++port)
      for (const auto& consumer : graph.consumers[stage->index][port])
        stage->outputs[port].targets.push_back({plan.stages[consumer.node].get(), consumer.slot});
    for (const std::size_t slot : stage->collected_slots) {
      const InputSlot& input = stage->spec->slots[slot];
      if (input.scope == Scope::chunk) plan.stages[origin_of(plan, input)]->stream_targets.push_back({stage.get(), slot});
      else plan.collects_cases = true;
    }
  }
}

}  // namespace

Plan make_plan(const ValidatedGraph& graph) {
  Plan plan;
  plan.chunks.resize(graph.nodes.size());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    auto stage = std::make_unique<Stage>();
    stage->index = i;
    stage->spec = &graph.nodes[i];
    const auto& params = stage->spec->params;
    stage->has_numbers =
        std::any_of(params.begin(), params.end(), [](const auto& param) { return param.number_port.has_value(); });
    stage->is_long = stage->spec->type.collects() || stage->spec->type.streams();
    plan_ports(*stage);
    plan_slots(*stage);
    plan.stages.push_back(std::move(stage));
  }
  // Something is absent only where a case may leave an input out or a node has conditions; other graphs need not look for it at
  // every firing.
  const bool may_lack = std::any_of(graph.nodes.begin(), graph.nodes.end(), [](const ValidatedNode& node) {
    return !node.optional_inputs.empty() || !node.conditions.empty();
  });
  for (auto& stage : plan.stages) stage->may_lack_input = may_lack;
  for (auto& stage : plan.stages) place(plan, *stage);
  connect(plan, graph);
  return plan;
}

void equip(Item& item, const ItemPlan& plan) {
  if (!plan.joins.empty()) item.joins = std::make_unique<Join[]>(plan.joins.size());
  for (std::size_t i = 0; i < plan.joins.size(); ++i) {
    item.joins[i].values.resize(plan.joins[i]->slots.size());
    item.joins[i].missing = plan.joins[i]->plain_count;
  }
  if (!plan.gates.empty()) item.gates = std::make_unique<Gate[]>(plan.gates.size());
  for (std::size_t i = 0; i < plan.gates.size(); ++i)
    item.gates[i].missing = plan.gates[i].first->coarse_count[static_cast<std::size_t>(plan.gates[i].second)];
  for (Stage* stage : plan.long_firings) item.long_firings.push_back(std::make_unique<LongFiring>(*stage, item));
}

}  // namespace flowrun::schedule
