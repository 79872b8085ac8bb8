// Nodes: the generic form, and what each node type adds to it.
#include "spec/schema_parts.h"

namespace flowrun::spec::schema {
namespace {

std::string port_sentence(const InputPort& port) {
  std::string text = port.help.empty() ? "" : port.help + ". ";
  text += (port.variadic ? "One or more edges of " : port.required ? "An edge of " : "Optional edge of ") + port.payload;
  if (port.collects) text += port.scope == Scope::per_case ? ", of all cases together" : ", all chunks of a case together";
  return text + ".";
}

Value edges_of(const InputPort& port) {
  const Value help = object({{"description", port_sentence(port)}});
  if (!port.variadic) return with(help, object({{"allOf", list({ref_to("edge")})}}));
  Value several = object({{"type", "array"}, {"items", ref_to("edge")}});
  if (port.required) several.set("minItems", 1);
  return with(help, object({{"anyOf", list({std::move(several), ref_to("edge")})}}));
}

/// An object with exactly these members, some of them required.
Value exact_object(Value properties, const std::vector<std::string>& required) {
  Value exact = object({{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}});
  if (!required.empty()) exact.set("required", required);
  return exact;
}

Value inputs_of(const NodeType& type) {
  Value ports = Value::object();
  std::vector<std::string> required;
  for (const InputPort& port : type.inputs) {
    ports.set(port.name, edges_of(port));
    if (port.required) required.push_back(port.name);
  }
  return exact_object(std::move(ports), required);
}

Value params_of(const NodeType& type) {
  Value values = Value::object();
  std::vector<std::string> required;
  for (const ParamSpec& spec : type.params) {
    values.set(spec.name, param_value(spec));
    if (!spec.default_value) required.push_back(spec.name);
  }
  return exact_object(std::move(values), required);
}

/// What the type cannot do is left out of `run`.
Value run_of(const NodeType& type) {
  Value limits = Value::object();
  if (!type.cuda) limits.set("device", object({{"enum", list({"auto", "cpu"})}}));
  if (!type.concurrent) limits.set("concurrency", object({{"maximum", 1}}));
  if (!type.streams()) limits.set("chunks_in_flight", false);
  if (type.streams() || type.collects()) limits.set("isolate", object({{"enum", list({false})}}));
  return object({{"properties", std::move(limits)}});
}

std::string type_text(const RegisteredType& known) {
  const NodeType& type = known.type;
  std::string text = type.summary + " (plugin " + known.plugin + " " + known.plugin_version + ")";
  if (!type.details.empty()) text += "\n\n" + type.details;
  for (const OutputPort& port : type.outputs)
    text += (&port == &type.outputs.front() ? "\n\nOutputs:\n" : "\n") + port.name + " (" + port.payload +
            (port.stream ? ", a stream of chunks" : "") + (port.help.empty() ? ")" : "): " + port.help);
  return text;
}

Value type_names(const Registry& registry) {
  Value known = Value::array();
  for (const RegisteredType* type : registry.types())
    known.push(object({{"const", type->type.name}, {"description", type->type.summary}}));
  known.push(with(typed("string", "A graph file used as a node: graph:<file>, from the folder of this file"),
                  object({{"pattern", "^graph:[\\s\\S]"}})));
  return object({{"description", "Node type, or graph:<file>"}, {"anyOf", std::move(known)}});
}

Value run() {
  const auto count = [](const char* help) { return with(typed("integer", help), object({{"minimum", 1}})); };
  const char* on_error =
      "stop_case (default): a failure ends the case; continue: branches that do not depend on the node continue, and the case "
      "still "
      "counts as failed";
  Value properties = object({
      {"device", with(typed("string", "auto (default), cpu, cuda or cuda:<number>, for types that can use a GPU"),
                      object({{"pattern", "^(auto|cpu|cuda(:[0-9]{1,3})?)$"}}))},
      {"concurrency", count("How many firings of the node there may be at a time")},
      {"chunks_in_flight", count("How many chunks of the node's stream may be under way at a time")},
      {"on_error", object({{"description", on_error}, {"enum", list({"stop_case", "continue"})}})},
      {"isolate", typed("boolean", "Each firing in a process of its own: a crash there fails its case")},
      {"timeout", count("Seconds that an isolated firing may take")},
      {"cache",
       object({{"description", "Whether its results are kept for later runs: auto (default) where it pays, always, or never"},
               {"enum", list({"auto", "always", "never"})}})},
      {"memory", with(typed("integer", "MiB that an isolated firing may have for data"), object({{"minimum", 64}}))},
  });
  return with(object({{"description", "What the engine is asked for"}}), closed_object(std::move(properties), {}));
}

/// What any node has; its type says more.
Value node_properties(const Registry& registry) {
  return object({
      {"type", type_names(registry)},
      {"when", ref_to("conditions")},
      {"inputs", typed("object", "Where each input's packets come from: \"node.port\", or a list of these")},
      {"params", typed("object", "Values of the type's parameters; those left out take their defaults")},
      {"bids",
       with(typed("object", "How files that the node writes are called when cases come from a BIDS data set, by parameter"),
            object({{"additionalProperties", ref_to("bids_written")}}))},
      {"run", run()},
  });
}

/// Only files that a node writes for each case have names in BIDS.
Value bids_of(const NodeType& type) {
  Value written = Value::array();
  for (const ParamSpec& spec : type.params)
    if (spec.type == ParamType::path && spec.role == PathRole::output && spec.per_case) written.push(spec.name);
  if (written.items().empty()) return object({{"maxProperties", 0}});
  return object({{"propertyNames", object({{"enum", std::move(written)}})}});
}

}  // namespace

Value node_type(const RegisteredType& known) {
  Value inputs = inputs_of(known.type), params = params_of(known.type);
  std::vector<std::string> required;
  if (inputs.find("required")) required.push_back("inputs");
  if (params.find("required")) required.push_back("params");
  Value type = Value::object();
  if (!required.empty()) type.set("required", required);
  type.set("properties", object({{"type", object({{"description", type_text(known)}})},
                                 {"inputs", std::move(inputs)},
                                 {"params", std::move(params)},
                                 {"bids", bids_of(known.type)},
                                 {"run", run_of(known.type)}}));
  return type;
}

Value subgraph() {
  const Value any_edges = object({{"anyOf", list({ref_to("edge"), object({{"type", "array"}, {"items", ref_to("edge")}})})}});
  const Value no_run = object({{"description", "A subgraph is not run itself; write 'run' at the nodes in it"},
                               {"patternProperties", object({{"^x-", Value::object()}})},
                               {"additionalProperties", false}});
  return object({{"properties", object({{"inputs", object({{"additionalProperties", any_edges}})},
                                        {"params", object({{"additionalProperties", any_value()}})},
                                        {"bids", object({{"maxProperties", 0}})},
                                        {"run", no_run}})}});
}

Value node(const Registry& registry) {
  Value rules = list({if_type(object({{"pattern", "^graph:"}}), ref_to("subgraph"))});
  for (const RegisteredType* known : registry.types())
    rules.push(if_type(object({{"const", known->type.name}}), ref_to(known->type.name)));
  const Value help = object({{"description", "One use of a node type"}});
  return with(with(help, closed_object(node_properties(registry), {"type"})), object({{"allOf", std::move(rules)}}));
}

}  // namespace flowrun::spec::schema
