// Which nodes run in a case: conditions, and inputs that the case lacks.
#include <algorithm>

#include "flowrun/host/validated_graph.h"
#include "validate/values.h"

namespace flowrun {
namespace {

/// Whether a slot gets nothing. Of a collecting one the stream counts: where it is there, the node takes the chunks that are
/// there, even if none is.
bool is_absent(const ValidatedGraph& graph, const ValidatedNode& node, const InputSlot& slot, const std::vector<bool>& left_out) {
  const ValidatedNode& source = graph.nodes[slot.source.node];
  const bool takes_chunks = node.type.inputs[slot.port].collects && slot.scope == Scope::chunk;
  if (!takes_chunks || source.type.outputs[slot.source.port].stream) return left_out[slot.source.node];
  return left_out[*source.stream_origin];
}

/// Whether an input port that the node needs has nothing, or a part of what it takes is missing.
bool lacks(const ValidatedGraph& graph, const ValidatedNode& node, std::size_t port, const std::vector<bool>& left_out) {
  const InputPort& described = node.type.inputs[port];
  std::size_t edges = 0, absent = 0;
  for (const InputSlot& slot : node.slots) {
    if (slot.port != port) continue;
    ++edges;
    absent += is_absent(graph, node, slot, left_out);
  }
  if (edges == 0 || !described.required) return false;
  return described.variadic && described.partial ? absent == edges : absent > 0;
}

bool is_known(const ParamExpression& value, const Case* one) {
  return std::all_of(value.pieces.begin(), value.pieces.end(), [&](const ParamExpression::Piece& piece) {
    return piece.case_value.empty() || piece.case_value == "out" ||
           (one && (piece.case_value == "case" || one->inputs.contains(piece.case_value)));
  });
}

std::optional<double> number_in(const ParamValue& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  return std::nullopt;
}

bool value_holds(const Condition& condition, const Case* one) {
  if (!is_known(condition.value, one)) return false;
  const ParamValue value = checks::resolved(condition.value, one, {});
  if (condition.is && value != *condition.is) return false;
  const std::optional<double> number = number_in(value);
  return condition.bounds.is_empty() || (number && condition.bounds.contain(*number));
}

}  // namespace

bool takes_number(const ParamSpec& spec) {
  return spec.per_case && (spec.type == ParamType::number || spec.type == ParamType::integer);
}

std::optional<bool> holds(const Condition& condition, const Case* one) {
  switch (condition.kind) {
    case ConditionSpec::Kind::given:
      return one && one->inputs.contains(condition.input);
    case ConditionSpec::Kind::missing:
      return one && !one->inputs.contains(condition.input);
    case ConditionSpec::Kind::value:
      return value_holds(condition, one);
    case ConditionSpec::Kind::number:
      break;
  }
  return std::nullopt;
}

std::string why_not_run(const ValidatedNode& node, const Case* one) {
  for (const std::string& input : node.optional_inputs)
    if (!one || !one->inputs.contains(input)) return input + " is missing";
  for (const Condition& condition : node.conditions)
    if (!holds(condition, one).value_or(true)) return "not: " + condition.text;
  return "";
}

std::vector<bool> left_out_nodes(const ValidatedGraph& graph, const Case& one) {
  std::vector<bool> left_out(graph.nodes.size(), false);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const ValidatedNode& node = graph.nodes[i];
    const bool once = node.scope == Scope::run;  // it fires for all cases together
    left_out[i] = !why_not_run(node, once ? nullptr : &one).empty();
    for (std::size_t port = 0; port < node.type.inputs.size() && !left_out[i] && !once; ++port)
      left_out[i] = lacks(graph, node, port, left_out);
  }
  return left_out;
}

}  // namespace flowrun
