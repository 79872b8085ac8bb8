// Gives every parameter of every node its value, and reports those that do not fit.
#include <algorithm>

#include "validate/draft.h"
#include "validate/expressions.h"
#include "validate/values.h"

namespace flowrun::checks {
namespace {

constexpr std::size_t kMostBytes = std::size_t{256} << 20;  // of all values; one long value can be given to thousands of nodes

std::string param_words(const DraftNode& node, const std::string& param) { return node.name() + ", parameter '" + param + "'"; }

const NamedLiteral* given(const DraftNode& node, const std::string& param) {
  for (const NamedLiteral& literal : node.spec->params)
    if (literal.name == param) return &literal;
  return nullptr;
}

/// A parameter that a node reads once cannot wait for a case.
bool waits_in_vain(Draft& draft, const DraftNode& node, const ParamSpec& spec, const Expression& expression,
                   const SourceLocation& place) {
  const std::string name = first_case_value(expression);
  if (spec.per_case || name.empty()) return false;
  const std::string why = name == "out" ? "which is known only when cases run" : "which differs from case to case";
  draft.faults.error(
      place, param_words(node, spec.name) + " is read once, when the node is opened; it cannot use ${" + name + "}, " + why);
  return true;
}

struct Given {
  std::optional<Expression> value;
  SourceLocation place;
};

Given value_for(Draft& draft, const DraftNode& node, const ParamSpec& spec) {
  Instance& instance = draft.instances[node.instance];
  const std::string what = param_words(node, spec.name);
  auto& settings = draft.node_settings[node.id];
  if (const auto setting = settings.find(spec.name); setting != settings.end()) {
    setting->second.used = true;
    return {Evaluator(draft.instances.front().names, {}, draft.faults, what).evaluate_text(setting->second.text, spec), {}};
  }
  if (const NamedLiteral* literal = given(node, spec.name)) {
    Evaluator inner(instance.names, instance.graph->file.parent_path(), draft.faults, what);
    return {inner.evaluate(literal->value, spec), literal->value.place};
  }
  const SourceLocation whole_file{node.spec->place.file, 0, 0};
  if (spec.default_value)
    return {Evaluator(instance.names, {}, draft.faults, what).evaluate_default(spec, node.spec->place), whole_file};
  const std::string help = spec.help.empty() ? "" : " (" + spec.help + ")";
  draft.faults.error(node.spec->place, what + " is missing; " + node.type->type.name + " needs " + wanted(spec) + help);
  return {};
}

void report_unknown(Draft& draft, const DraftNode& node) {
  std::vector<std::string> known;
  for (const ParamSpec& spec : node.type->type.params) known.push_back(spec.name);
  for (const NamedLiteral& literal : node.spec->params)
    if (std::find(known.begin(), known.end(), literal.name) == known.end())
      draft.faults.error(literal.place, node.name() + ": " + node.type->type.name + " has no parameter '" + literal.name + "'" +
                                            known_names(literal.name, known));
}

}  // namespace

void fill_parameters(Draft& draft) {
  std::size_t bytes = 0;
  for (DraftNode& node : draft.nodes) {
    if (!node.type) continue;
    report_unknown(draft, node);
    for (const ParamSpec& spec : node.type->type.params) {
      if (const auto number = node.number_ports.find(spec.name); number != node.number_ports.end()) {
        node.params.push_back({.name = spec.name, .spec = spec, .place = node.spec->place, .number_port = number->second});
        continue;
      }
      Given found = value_for(draft, node, spec);
      if (!found.value || waits_in_vain(draft, node, spec, *found.value, found.place)) continue;
      bytes += size_of(*found.value);
      if (bytes > kMostBytes)
        return draft.faults.error(found.place, "the values of all parameters take more than " + std::to_string(kMostBytes >> 20) +
                                                   " MiB, which is not accepted");
      node.params.push_back({.name = spec.name,
                             .constant = std::move(found.value->constant),
                             .pieces = std::move(found.value->pieces),
                             .spec = spec,
                             .place = found.place,
                             .base = std::move(found.value->base),
                             .origin = std::move(found.value->origin)});
    }
  }
}

}  // namespace flowrun::checks
