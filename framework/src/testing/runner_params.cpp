#include "testing/runner_params.h"

#include <algorithm>

#include "flowrun/host/diagnostic.h"
#include "flowrun/host/validated_graph.h"
#include "json/json.h"
#include "json/param_value.h"

namespace flowrun::testing {
namespace {

const ParamSpec* find_spec(const NodeType& type, const std::string& name) {
  const auto found =
      std::find_if(type.params.begin(), type.params.end(), [&](const ParamSpec& spec) { return spec.name == name; });
  return found == type.params.end() ? nullptr : &*found;
}

std::string unknown_param(const NodeType& type, const std::string& name) {
  std::vector<std::string> known;
  for (const ParamSpec& spec : type.params) known.push_back(spec.name);
  return type.name + " has no parameter '" + name + "'" + known_words(name, known);
}

void read_member(const NodeType& type, const json::Member& member, NodeRunner::Values& values, Diagnostics& faults) {
  const ParamSpec* spec = find_spec(type, member.name);
  if (!spec) return faults.error({"params", member.line, member.column}, unknown_param(type, member.name));
  std::optional<ParamValue> value = json::to_param_value(member.value);
  const std::string fault =
      value ? check_value(*spec, *value)
            : "expected a value of type " + std::string(to_string(spec->type)) + ", found " + json::write_line(member.value);
  if (fault.empty()) values.emplace_back(member.name, std::move(*value));
  else faults.error({"params", member.value.line, member.value.column}, "parameter '" + member.name + "': " + fault);
}

}  // namespace

std::string known_words(const std::string& word, const std::vector<std::string>& known) {
  if (std::string near = did_you_mean(word, known); !near.empty()) return near;
  std::string text;
  for (std::size_t i = 0; i < known.size(); ++i)
    text += (i == 0 ? "" : i + 1 < known.size() ? ", " : " and ") + ("'" + known[i] + "'");
  return "; it has " + (text.empty() ? "none" : text);
}

NodeRunner::Values params_from_json(const NodeType& type, const std::string& text) {
  Diagnostics faults;
  NodeRunner::Values values;
  const std::optional<json::Value> tree = json::parse(text, "params", faults);
  if (tree && !tree->is(json::Kind::object))
    faults.error({"params", tree->line, tree->column}, "expected an object { } with the parameters of " + type.name + ", found " +
                                                           std::string(to_string(tree->kind())));
  if (tree)
    for (const json::Member& member : tree->members()) read_member(type, member, values, faults);
  if (!faults.has_errors()) return values;
  faults.sort();
  std::string message;
  for (const Diagnostic& fault : faults.all()) message += (message.empty() ? "" : "\n") + to_string(fault);
  throw Error(message);
}

Params complete_params(const NodeType& type, const NodeRunner::Values& given, bool with_per_case) {
  for (const auto& [name, value] : given)
    if (!find_spec(type, name)) throw Error(unknown_param(type, name));
  Params params;
  for (const ParamSpec& spec : type.params) {
    if (spec.per_case && !with_per_case) continue;
    const auto same = std::find_if(given.rbegin(), given.rend(), [&](const auto& entry) { return entry.first == spec.name; });
    std::optional<ParamValue> value = spec.default_value;
    if (same != given.rend()) value = same->second;
    if (!value) throw Error(type.name + " needs parameter '" + spec.name + "'");
    const std::string fault = check_value(spec, *value);
    if (!fault.empty()) throw Error("parameter '" + spec.name + "': " + fault);
    params.set(spec.name, *value);
  }
  return params;
}

}  // namespace flowrun::testing
