// On what nodes run, and parameters that other nodes find. Both may take a Number of another node, which comes in at an input of
// its own: the node's copy of its type gets one more port for each, which only the engine reads.
#include <algorithm>

#include "flowrun/sdk/payloads.h"
#include "validate/draft.h"
#include "validate/expressions.h"
#include "validate/values.h"

namespace flowrun::checks {
namespace {

std::vector<std::string> input_names(const GraphSpec& graph) {
  std::vector<std::string> names;
  for (const ValueSpec& input : graph.value_inputs) names.push_back(input.spec.name);
  return names;
}

bool is_optional(const Draft& draft, const std::string& input) {
  const auto& inputs = draft.spec.value_inputs;
  return std::any_of(inputs.begin(), inputs.end(), [&](const ValueSpec& value) {
    return value.spec.name == input && value.may_be_missing() && !value.required;
  });
}

/// The name in "${name}"; empty: the text is something else.
std::string only_name(const std::string& text) {
  try {
    const std::vector<TemplatePart> parts = split_template(text);
    return parts.size() == 1 && parts.front().is_name ? parts.front().text : "";
  } catch (const Error&) {
    return "";
  }
}

bool is_number(ParamType type) { return type == ParamType::number || type == ParamType::integer; }

class NodeConditions {
 public:
  NodeConditions(Draft& draft, DraftNode& node) : draft_(draft), node_(node) {}

  void add() {
    for (const NumberSpec& number : node_.spec->numbers) add_parameter(number);
    // A condition of a subgraph applies to each node in it.
    const NodeSpec* spec = node_.spec;
    for (std::size_t at = node_.instance; spec; at = draft_.instances[at].parent) {
      for (const ConditionSpec& condition : spec->when) add_condition(condition, at);
      spec = draft_.instances[at].use;
    }
  }

 private:
  void error(const SourceLocation& place, const std::string& sentence) {
    draft_.faults.error(place, node_.name() + ", " + sentence);
  }

  std::size_t new_port(const std::string& name, const EndpointSpec& source, std::size_t instance) {
    if (!node_.own_type) {
      node_.own_type = std::make_shared<RegisteredType>(*node_.type);
      node_.type = node_.own_type.get();
    }
    std::vector<InputPort>& ports = node_.own_type->type.inputs;
    ports.push_back({name, std::string(Number::kType), "Number that another node finds"});
    ports.back().scope = Scope::per_case;
    node_.extra_inputs.push_back({ports.size() - 1, source, instance});
    return ports.size() - 1;
  }

  void add_parameter(const NumberSpec& number) {
    if (!node_.type) return;
    const std::string what = "parameter '" + number.param + "'";
    const auto& params = node_.type->type.params;
    const auto spec = std::find_if(params.begin(), params.end(), [&](const ParamSpec& one) { return one.name == number.param; });
    std::vector<std::string> known;
    for (const ParamSpec& one : params)
      if (takes_number(one)) known.push_back(one.name);
    if (spec == params.end() || !takes_number(*spec)) {
      error(number.place, what +
                              (spec == params.end() ? ": " + node_.type->type.name + " has no such parameter"
                                                    : " cannot come from another node: it is no number, or is read once, when "
                                                      "the node is opened") +
                              (known.empty() ? "; none of its parameters can" : "; those that can: " + one_of(known)));
      return;
    }
    if (draft_.node_settings[node_.id].contains(number.param)) return;  // --set says otherwise
    node_.number_ports[number.param] = new_port("parameter " + number.param, number.source, node_.instance);
  }

  void add_condition(const ConditionSpec& spec, std::size_t instance) {
    Condition condition{.kind = spec.kind, .bounds = spec.bounds};
    bool good = false;
    switch (spec.kind) {
      case ConditionSpec::Kind::given:
      case ConditionSpec::Kind::missing:
        good = fill_presence(spec, instance, condition);
        break;
      case ConditionSpec::Kind::value:
        good = fill_value(spec, instance, condition);
        break;
      case ConditionSpec::Kind::number:
        if (!node_.type) return;
        condition.text =
            (spec.number->node.empty() ? "" : spec.number->node + ".") + spec.number->port + " is " + spec.bounds.text();
        condition.port = new_port("condition " + std::to_string(node_.conditions.size() + 1), *spec.number, instance);
        good = true;
    }
    condition.place = spec.place;
    if (good) node_.conditions.push_back(std::move(condition));
  }

  bool fill_presence(const ConditionSpec& spec, std::size_t at, Condition& condition) {
    Instance& instance = draft_.instances[at];
    const std::vector<std::string> known = input_names(*instance.graph);
    if (std::find(known.begin(), known.end(), spec.name) == known.end()) {
      error(spec.place, "when: the graph has no input '" + spec.name + "' that is a value of each case" +
                            (known.empty() ? "; it has none" : known_names(spec.name, known)));
      return false;
    }
    Binding& binding = instance.names[spec.name];
    binding.used = true;
    if (!binding.value) return false;  // reported
    const std::string input = first_case_value(*binding.value);
    const std::string word = spec.kind == ConditionSpec::Kind::given ? " is given" : " is missing";
    condition.input = input.empty() ? spec.name : input;
    condition.text = condition.input + word;
    if (is_optional(draft_, input)) return true;
    if (!instance.use)
      error(spec.place,
            "when: input '" + spec.name + "' is never missing; say \"required\": false at the input, or leave this out");
    return instance.use && spec.kind == ConditionSpec::Kind::missing;  // a subgraph may be used with and without it
  }

  bool fill_value(const ConditionSpec& spec, std::size_t at, Condition& condition) {
    Instance& instance = draft_.instances[at];
    const std::string name = only_name(spec.name);
    const auto known = instance.names.find(name);
    if (name.empty() || known == instance.names.end()) {
      std::vector<std::string> names;
      for (const auto& [other, binding] : instance.names) names.push_back(other);
      error(spec.place, "when: expected \"${name}\" of a parameter or an input of the graph, found \"" + spec.name + "\"" +
                            (name.empty() ? "" : known_names(name, names)));
      return false;
    }
    known->second.used = true;
    if (!known->second.value) return false;  // reported
    const Expression& value = *known->second.value;
    ParamSpec type = known->second.spec;
    type.per_case = true;
    condition.value = {.name = name, .constant = value.constant, .pieces = value.pieces, .spec = type, .base = value.base};
    condition.text = name + " is " + (spec.bounds.is_empty() ? "" : spec.bounds.text());
    return fits(spec, instance, condition);
  }

  /// Whether the value can be what the condition asks for; fills in what it must be.
  bool fits(const ConditionSpec& spec, Instance& instance, Condition& condition) {
    const ParamSpec& type = condition.value.spec;
    if (!spec.bounds.is_empty() && !is_number(type.type)) {
      error(spec.place, "when: ${" + type.name + "} is " + wanted(type) + ", and only a number has limits");
      return false;
    }
    if (!spec.is && spec.bounds.is_empty() && type.type != ParamType::boolean) {
      error(spec.place, "when: ${" + type.name + "} is " + wanted(type) + "; say what it must be with \"is\"" +
                            (is_number(type.type) ? ", \"above\", \"at_least\", \"below\" or \"at_most\"" : ""));
      return false;
    }
    if (!spec.is) {
      if (type.type == ParamType::boolean) condition.is = ParamValue(true), condition.text += "true";
      return true;
    }
    ParamSpec plain = type;
    if (plain.type == ParamType::path) plain.type = ParamType::string;
    const auto is = Evaluator(instance.names, {}, draft_.faults, node_.name() + ", when, 'is'").evaluate(*spec.is, plain);
    if (!is) return false;
    if (!is->constant) error(spec.is->place, "when: 'is' takes a value that is the same for all cases");
    condition.is = is->constant;
    if (is->constant) condition.text += (spec.bounds.is_empty() ? "" : " and ") + text_of(*is->constant);
    return is->constant.has_value();
  }

  Draft& draft_;
  DraftNode& node_;
};

}  // namespace

void add_conditions(Draft& draft) {
  for (DraftNode& node : draft.nodes) NodeConditions(draft, node).add();
}

}  // namespace flowrun::checks
