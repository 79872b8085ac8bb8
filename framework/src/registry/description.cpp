#include "registry/description.h"

#include <algorithm>
#include <array>

#include "flowrun/sdk/error.h"
#include "registry/description_check.h"

namespace flowrun::registry {
namespace {

using json::Kind;
using json::Value;

constexpr std::array<Scope, 3> kScopes{Scope::run, Scope::per_case, Scope::chunk};

/// What a type may ask of its host beyond ABI 2.0; NodeType::needs.
constexpr std::array<std::string_view, 0> kOffered{};

/// A type that this host cannot use, while the description is right.
class NeedsNewerHost : public Error {
  using Error::Error;
};

// A missing member has its default; one of another kind is a fault.
const Value* optional_member(const Value& object, std::string_view name, Kind kind) {
  const Value* found = object.find(name);
  if (found && !found->is(kind)) throw Error("'" + std::string(name) + "' should be " + std::string(json::to_string(kind)));
  return found;
}
const std::string& text(const Value& object, std::string_view name) { return member(object, name, Kind::string).text(); }
std::string text_or_none(const Value& object, std::string_view name) {
  const Value* found = optional_member(object, name, Kind::string);
  return found ? found->text() : std::string();
}
bool flag(const Value& object, std::string_view name, bool usual = false) {
  const Value* found = optional_member(object, name, Kind::boolean);
  return found ? found->boolean() : usual;
}

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
template <class T>
std::vector<T> list_or_none(const Value& object, std::string_view name, Kind kind, T (*one)(const Value&)) {
  const Value* found = optional_member(object, name, Kind::array);
  return found ? list<T>(*found, kind, one) : std::vector<T>();
}

std::string text_of(const Value& value) { return value.text(); }
std::int64_t integer_of(const Value& value) { return value.integer(); }

/// Texts of numbers may have lost their point on the way through another program.
double number_of(const Value& value) {
  if (!value.is(Kind::number) && !value.is(Kind::integer)) throw Error("expected a number");
  return value.number();
}
std::vector<double> numbers(const Value& tree) {
  if (!tree.is(Kind::array)) throw Error("expected a list");
  std::vector<double> items;
  for (const Value& item : tree.items()) items.push_back(number_of(item));
  return items;
}

ParamValue param_value(const Value& tree, ParamType type) {
  switch (type) {
    case ParamType::boolean:
      if (tree.is(Kind::boolean)) return tree.boolean();
      break;
    case ParamType::integer:
      if (tree.is(Kind::integer)) return tree.integer();
      break;
    case ParamType::number:
      return number_of(tree);
    case ParamType::string:
    case ParamType::path:
    case ParamType::choice:
      if (tree.is(Kind::string)) return tree.text();
      break;
    case ParamType::integers:
      return list<std::int64_t>(tree, Kind::integer, integer_of);
    case ParamType::numbers:
      return numbers(tree);
    case ParamType::strings:
      return list<std::string>(tree, Kind::string, text_of);
  }
  throw Error("its default is not of its type, " + std::string(to_string(type)));
}

Scope scope_of(const std::string& word) {
  for (const Scope scope : kScopes)
    if (to_string(scope) == word) return scope;
  throw NeedsNewerHost("scope '" + word + "'");
}

InputPort input_of(const Value& tree) {
  InputPort port{text(tree, "name"), text(tree, "payload"), text(tree, "help"), flag(tree, "required", true),
                 flag(tree, "variadic")};
  if (optional_member(tree, "scope", Kind::string)) port.scope = scope_of(text(tree, "scope"));
  port.collects = flag(tree, "collects");
  port.partial = flag(tree, "partial");
  return port;
}

OutputPort output_of(const Value& tree) {
  return {text(tree, "name"), text(tree, "payload"), text(tree, "help"), flag(tree, "stream")};
}

std::optional<double> limit(const Value& tree, std::string_view name) {
  const Value* found = tree.find(name);
  return found ? std::optional(number_of(*found)) : std::nullopt;
}

PathRole role_of(const std::string& word) {
  if (word.empty() || word == "input") return PathRole::input;
  if (word == "output") return PathRole::output;
  throw NeedsNewerHost("a path of role '" + word + "'");
}

/// What a part of a description says wrongly, with the part's name in front.
template <class Function>
auto named(const std::string& part, const std::string& name, Function&& read) {
  const std::string start = part + " '" + name + "'";
  try {
    return read();
  } catch (const NeedsNewerHost&) {
    throw;
  } catch (const Error& error) {
    const std::string reason = error.what();
    const bool goes_deeper = reason.starts_with("input '") || reason.starts_with("output '") || reason.starts_with("parameter '");
    throw Error(start + (goes_deeper ? ", " : ": ") + reason);
  }
}

ParamSpec param_of(const Value& tree, const std::string& name) {
  ParamSpec spec;
  spec.name = name;
  const std::optional<ParamType> type = param_type(text(tree, "type"));
  if (!type) throw NeedsNewerHost("parameters of type '" + text(tree, "type") + "'");
  spec.type = *type;
  if (const Value* value = tree.find("default")) spec.default_value = param_value(*value, spec.type);
  spec.help = text(tree, "help");
  spec.min = limit(tree, "min");
  spec.max = limit(tree, "max");
  spec.unit = text_or_none(tree, "unit");
  spec.choices = list_or_none<std::string>(tree, "choices", Kind::string, text_of);
  const Value* length = optional_member(tree, "length", Kind::integer);
  if (length && length->integer() < 0) throw Error("a length below zero");
  spec.length = length ? static_cast<std::size_t>(length->integer()) : 0;
  spec.role = role_of(text_or_none(tree, "role"));
  spec.per_case = flag(tree, "per_case");
  return spec;
}

InputPort input(const Value& tree) {
  return named("input", text(tree, "name"), [&] { return input_of(tree); });
}
OutputPort output(const Value& tree) {
  return named("output", text(tree, "name"), [&] { return output_of(tree); });
}
ParamSpec param(const Value& tree) {
  const std::string& name = text(tree, "name");
  return named("parameter", name, [&] { return param_of(tree, name); });
}

NodeType node_type(const Value& tree) {
  NodeType type;
  type.needs = list_or_none<std::string>(tree, "needs", Kind::string, text_of);
  for (const std::string& need : type.needs)
    if (std::find(kOffered.begin(), kOffered.end(), need) == kOffered.end()) throw NeedsNewerHost("'" + need + "'");
  type.name = text(tree, "name");
  type.summary = text(tree, "summary");
  type.details = text_or_none(tree, "details");
  type.inputs = list_or_none<InputPort>(tree, "inputs", Kind::object, input);
  type.outputs = list_or_none<OutputPort>(tree, "outputs", Kind::object, output);
  type.params = list_or_none<ParamSpec>(tree, "params", Kind::object, param);
  type.concurrent = flag(tree, "concurrent");
  type.cuda = flag(tree, "cuda");
  type.repeatable = flag(tree, "repeatable", true);
  return type;
}

void add_type(Description& description, const Value& tree) {
  if (!tree.is(Kind::object)) throw Error("expected an object in 'node_types'");
  try {
    description.types.push_back(named("node type", text(tree, "name"), [&] { return node_type(tree); }));
  } catch (const NeedsNewerHost& need) {
    const std::string name = text(tree, "name");
    description.refused.emplace_back(
        name, "node type '" + name + "' needs " + need.what() + ", which this flowrun does not know; use a newer flowrun");
  }
}

std::vector<std::pair<std::string, std::string>> aliases_of(const Value& tree) {
  std::vector<std::pair<std::string, std::string>> aliases;
  const Value* found = optional_member(tree, "aliases", Kind::object);
  if (found)
    for (const json::Member& one : found->members()) aliases.emplace_back(one.name, text(*found, one.name));
  return aliases;
}

}  // namespace

const Value& member(const Value& object, std::string_view name, Kind kind) {
  const Value* found = object.find(name);
  if (!found || !found->is(kind)) throw Error("'" + std::string(name) + "' should be " + std::string(json::to_string(kind)));
  return *found;
}

Description read_description(Value tree) {
  Description description;
  description.tree = std::move(tree);
  try {
    for (const Value& type : member(description.tree, "node_types", Kind::array).items()) add_type(description, type);
    description.files = list_or_none<std::string>(description.tree, "files", Kind::string, text_of);
    description.aliases = aliases_of(description.tree);
    description.codecs = list_or_none<std::string>(description.tree, "codecs", Kind::string, text_of);
  } catch (const Error& error) {
    throw Error("describes its node types wrongly: " + std::string(error.what()));
  }
  normalise_defaults(description.types);
  return description;
}

Description parse_description(const std::string& text) {
  Diagnostics faults;
  std::optional<Value> tree = json::parse(text, "description", faults);
  if (!tree || faults.has_errors())
    throw Error("gives a description that is not JSON: " +
                (faults.all().empty() ? std::string("it is empty") : faults.all().front().message));
  return read_description(std::move(*tree));
}

bool same_description(const Description& a, const Description& b) { return json::write_line(a.tree) == json::write_line(b.tree); }

}  // namespace flowrun::registry
