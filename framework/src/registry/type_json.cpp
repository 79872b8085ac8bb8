#include "registry/type_json.h"

#include <array>

#include "flowrun/sdk/error.h"

namespace flowrun::registry {
namespace {

using json::Kind;
using json::Value;

constexpr std::array<Scope, 3> kScopes{Scope::run, Scope::per_case, Scope::chunk};

Value param_value_to_json(const ParamValue& value) {
  return std::visit([](const auto& held) { return Value(held); }, value);
}

Value input_to_json(const InputPort& port) {
  Value tree = Value::object();
  tree.set("name", port.name).set("payload", port.payload).set("help", port.help);
  tree.set("required", port.required).set("variadic", port.variadic);
  if (port.scope) tree.set("scope", to_string(*port.scope));
  return std::move(tree.set("collects", port.collects));
}

Value output_to_json(const OutputPort& port) {
  Value tree = Value::object();
  tree.set("name", port.name).set("payload", port.payload).set("help", port.help).set("stream", port.stream);
  return tree;
}

Value param_to_json(const ParamSpec& spec) {
  Value tree = Value::object();
  tree.set("name", spec.name).set("type", to_string(spec.type));
  if (spec.default_value) tree.set("default", param_value_to_json(*spec.default_value));
  tree.set("help", spec.help);
  if (spec.min) tree.set("min", *spec.min);
  if (spec.max) tree.set("max", *spec.max);
  tree.set("unit", spec.unit).set("choices", spec.choices).set("length", spec.length);
  tree.set("role", spec.role == PathRole::input ? "input" : "output").set("per_case", spec.per_case);
  return tree;
}

template <class Part>
Value list_to_json(const std::vector<Part>& parts, Value (*one)(const Part&)) {
  Value list = Value::array();
  for (const Part& part : parts) list.push(one(part));
  return list;
}

Value type_to_json(const NodeType& type) {
  Value tree = Value::object();
  tree.set("name", type.name).set("summary", type.summary).set("details", type.details);
  tree.set("inputs", list_to_json(type.inputs, input_to_json)).set("outputs", list_to_json(type.outputs, output_to_json));
  tree.set("params", list_to_json(type.params, param_to_json));
  tree.set("concurrent", type.concurrent).set("cuda", type.cuda);
  return tree;
}

const std::string& text(const Value& object, std::string_view name) { return member(object, name, Kind::string).text(); }
bool flag(const Value& object, std::string_view name) { return member(object, name, Kind::boolean).boolean(); }

template <class T>
std::vector<T> list(const Value& tree, Kind kind, T (*one)(const Value&)) {
  if (!tree.is(Kind::array)) throw Error("expected a list");
  std::vector<T> items;
  for (const Value& item : tree.items()) {
    if (!item.is(kind)) throw Error("expected " + std::string(json::to_string(kind)) + " in a list");
    items.push_back(one(item));
  }
  return items;
}

std::string text_of(const Value& value) { return value.text(); }
std::int64_t integer_of(const Value& value) { return value.integer(); }
double number_of(const Value& value) { return value.number(); }

ParamValue param_value_from_json(const Value& tree, ParamType type) {
  switch (type) {
    case ParamType::boolean:
      if (tree.is(Kind::boolean)) return tree.boolean();
      break;
    case ParamType::integer:
      if (tree.is(Kind::integer)) return tree.integer();
      break;
    case ParamType::number:
      if (tree.is(Kind::number)) return tree.number();
      break;
    case ParamType::string:
    case ParamType::path:
    case ParamType::choice:
      if (tree.is(Kind::string)) return tree.text();
      break;
    case ParamType::integers:
      return list<std::int64_t>(tree, Kind::integer, integer_of);
    case ParamType::numbers:
      return list<double>(tree, Kind::number, number_of);
    case ParamType::strings:
      return list<std::string>(tree, Kind::string, text_of);
  }
  throw Error("a default is not of its parameter's type");
}

Scope scope_from(const std::string& word) {
  for (const Scope scope : kScopes)
    if (to_string(scope) == word) return scope;
  throw Error("unknown scope");
}

InputPort input_from_json(const Value& tree) {
  InputPort port{text(tree, "name"), text(tree, "payload"), text(tree, "help"), flag(tree, "required"), flag(tree, "variadic")};
  if (tree.find("scope")) port.scope = scope_from(text(tree, "scope"));
  port.collects = flag(tree, "collects");
  return port;
}

OutputPort output_from_json(const Value& tree) {
  return {text(tree, "name"), text(tree, "payload"), text(tree, "help"), flag(tree, "stream")};
}

std::optional<double> limit(const Value& tree, std::string_view name) {
  if (!tree.find(name)) return std::nullopt;
  return member(tree, name, Kind::number).number();
}

ParamSpec param_from_json(const Value& tree) {
  ParamSpec spec;
  spec.name = text(tree, "name");
  const std::optional<ParamType> type = param_type(text(tree, "type"));
  if (!type) throw Error("unknown parameter type");
  spec.type = *type;
  if (const Value* value = tree.find("default")) spec.default_value = param_value_from_json(*value, spec.type);
  spec.help = text(tree, "help");
  spec.min = limit(tree, "min");
  spec.max = limit(tree, "max");
  spec.unit = text(tree, "unit");
  spec.choices = list<std::string>(member(tree, "choices", Kind::array), Kind::string, text_of);
  const std::int64_t length = member(tree, "length", Kind::integer).integer();
  if (length < 0) throw Error("a length below zero");
  spec.length = static_cast<std::size_t>(length);
  spec.role = text(tree, "role") == "output" ? PathRole::output : PathRole::input;
  spec.per_case = flag(tree, "per_case");
  return spec;
}

NodeType type_from_json(const Value& tree) {
  NodeType type;
  type.name = text(tree, "name");
  type.summary = text(tree, "summary");
  type.details = text(tree, "details");
  type.inputs = list<InputPort>(member(tree, "inputs", Kind::array), Kind::object, input_from_json);
  type.outputs = list<OutputPort>(member(tree, "outputs", Kind::array), Kind::object, output_from_json);
  type.params = list<ParamSpec>(member(tree, "params", Kind::array), Kind::object, param_from_json);
  type.concurrent = flag(tree, "concurrent");
  type.cuda = flag(tree, "cuda");
  return type;
}

}  // namespace

const Value& member(const Value& object, std::string_view name, Kind kind) {
  const Value* found = object.find(name);
  if (!found || !found->is(kind)) throw Error("'" + std::string(name) + "' should be " + std::string(json::to_string(kind)));
  return *found;
}

Value types_to_json(const std::vector<NodeType>& types) { return list_to_json(types, type_to_json); }

std::vector<NodeType> types_from_json(const Value& tree) { return list<NodeType>(tree, Kind::object, type_from_json); }

}  // namespace flowrun::registry
