// What a person sets on top of the file: sorted out first, reported when nothing took it.
#include <algorithm>

#include "validate/draft.h"

namespace flowrun::checks {
namespace {

std::vector<std::string> node_ids(const Draft& draft) {
  std::vector<std::string> ids;
  for (const DraftNode& node : draft.nodes) ids.push_back(node.id);
  for (const Instance& instance : draft.instances)
    if (instance.use) ids.push_back(instance.prefix.substr(0, instance.prefix.size() - 1));
  return ids;
}

bool has_parameter(const RegisteredType& of, const std::string& name) {
  return std::any_of(of.type.params.begin(), of.type.params.end(), [&](const ParamSpec& spec) { return spec.name == name; });
}

void report_graph_setting(Draft& draft, const Setting& setting) {
  const std::string what = "setting '" + setting.key + "': ";
  for (const ValueSpec& input : draft.spec.value_inputs) {
    if (input.spec.name != setting.key) continue;
    draft.faults.error({}, what + "this is an input of the cases, not a parameter; give it with --in " + setting.key + "=...");
    return;
  }
  std::vector<std::string> known;
  for (const ValueSpec& parameter : draft.spec.parameters) known.push_back(parameter.spec.name);
  std::string hint = known.empty() ? "; it has none, and a node's parameter is set as node.parameter=value" : "";
  for (const DraftNode& node : draft.nodes)
    if (node.type && has_parameter(*node.type, setting.key)) {
      hint = "; node '" + node.id + "' has one, which is set as " + node.id + "." + setting.key;
      break;
    }
  draft.faults.error({}, what + "the graph has no such parameter" + known_names(setting.key, known) + hint);
}

/// The names of the parameters that a node or a subgraph has.
std::vector<std::string> parameters_of(const Draft& draft, const std::string& id) {
  std::vector<std::string> names;
  for (const DraftNode& node : draft.nodes)
    if (node.id == id && node.type)
      for (const ParamSpec& param : node.type->type.params) names.push_back(param.name);
  for (const Instance& instance : draft.instances) {
    if (!instance.use || instance.prefix != id + "/") continue;
    for (const ValueSpec& value : instance.graph->parameters) names.push_back(value.spec.name);
    for (const ValueSpec& value : instance.graph->value_inputs) names.push_back(value.spec.name);
  }
  return names;
}

bool type_is_unknown(const Draft& draft, const std::string& id) {
  for (const DraftNode& node : draft.nodes)
    if (node.id == id) return node.type == nullptr;
  return false;
}

void report_node_setting(Draft& draft, const std::string& id, const std::string& param, const Setting& setting) {
  const auto ids = node_ids(draft);
  const std::string what = "setting '" + setting.key + "': ";
  if (std::find(ids.begin(), ids.end(), id) == ids.end())
    draft.faults.error({}, what + "the graph has no node '" + id + "'" + did_you_mean(id, ids));
  else if (!type_is_unknown(draft, id))
    draft.faults.error(
        {}, what + "node '" + id + "' has no parameter '" + param + "'" + known_names(param, parameters_of(draft, id)));
}

}  // namespace

void read_settings(Draft& draft, const Settings& settings) {
  for (const auto& [key, text] : settings.values) {
    const std::size_t dot = key.rfind('.');
    if (dot == std::string::npos) draft.graph_settings[key] = {key, text};
    else draft.node_settings[key.substr(0, dot)][key.substr(dot + 1)] = {key, text};
  }
}

void check_settings_used(Draft& draft) {
  for (const auto& [name, setting] : draft.graph_settings)
    if (!setting.used) report_graph_setting(draft, setting);
  for (const auto& [id, params] : draft.node_settings)
    for (const auto& [param, setting] : params)
      if (!setting.used) report_node_setting(draft, id, param, setting);
}

}  // namespace flowrun::checks
