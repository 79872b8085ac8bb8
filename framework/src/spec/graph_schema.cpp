#include <set>

#include "flowrun/host/graph_form.h"
#include "spec/schema_parts.h"

namespace flowrun {
namespace {

using namespace spec::schema;

constexpr const char* kDraft = "http://json-schema.org/draft-07/schema#";

Value requirements(const Registry& registry) {
  std::set<std::string> names;
  for (const RegisteredType* known : registry.types()) names.insert(known->plugin);
  Value plugins = Value::object();
  for (const std::string& name : names) plugins.set(name, ref_to("version"));
  return with(typed("object", "Plugins with the version that they must have"),
              object({{"properties", std::move(plugins)}, {"additionalProperties", false}}));
}

Value version() {
  const std::string one = "\\s*[<>=]{0,2}\\s*[0-9]+(\\.[0-9]+){0,2}([-+][^,]*)?\\s*";
  return with(typed("string", "\">=1.0\", also >, <, <=, =; several with commas"),
              object({{"pattern", "^" + one + "(," + one + ")*$"}}));
}

Value edge() {
  return with(typed("string", "\"node.port\", or in a subgraph the name of one of its packet inputs"),
              object({{"pattern", "^(" + kNodeName + "\\.)?" + kName + "$"}}));
}

/// The type of an input: a value's, or a payload's name. The payloads of the node types are suggested.
Value input_type(const Registry& registry) {
  std::set<std::string> payloads;
  for (const RegisteredType* known : registry.types()) {
    for (const InputPort& port : known->type.inputs) payloads.insert(port.payload);
    for (const OutputPort& port : known->type.outputs) payloads.insert(port.payload);
  }
  Value either = list({object({{"enum", type_words()}})});
  for (const std::string& payload : payloads)
    either.push(object({{"const", payload}, {"description", "Packets that a subgraph takes"}}));
  either.push(object({{"type", "string"}, {"pattern", kPayloadMark}}));
  return object({{"description", "Kind of value, or a payload's name"}, {"anyOf", std::move(either)}});
}

Value packet_input() {
  Value properties = object({
      {"type", typed("string", "Name of the payload")},
      {"required", with(typed("boolean", "Whether an edge must be given"), object({{"default", true}}))},
      {"variadic", with(typed("boolean", "Takes a list of edges"), object({{"default", false}}))},
      {"help", typed("string", "One sentence for the person who uses the graph as a node")},
  });
  return closed_object(std::move(properties), {"type"});
}

Value input(const Registry& registry) {
  Value any = with(typed("object", "A value of each case, or packets that a subgraph takes"),
                   object({{"properties", object({{"type", input_type(registry)}})}}));
  Value rule = if_type(object({{"type", "string"}, {"pattern", kPayloadMark}}), ref_to("packet_input"));
  return with(with(std::move(any), rule), object({{"else", ref_to("case_value")}}));
}

Value output() {
  Value properties = object({
      {"from", ref_to("edge")},
      {"help", typed("string", "One sentence for the person who uses the graph as a node")},
  });
  return object({{"anyOf", list({ref_to("edge"), closed_object(std::move(properties), {"from"})})}});
}

/// What graphs and plans begin with.
Value file_properties(const char* name_help) {
  return object({
      {"$schema", typed("string", "The schema of this file, for editors")},
      {"format", object({{"description", "Format of the file"}, {"const", kGraphFormat}})},
      {"name", typed("string", name_help)},
      {"summary", typed("string", "One line")},
  });
}

Value graph_properties(const Registry& registry) {
  const std::string free_name = "(?!(case|out)$)" + kName;
  Value nodes = with(by_name("The nodes, by name, in any order", kNodeName, ref_to("node")), object({{"minProperties", 1}}));
  return with(file_properties("Names the graph, and the one case of a run without a table"),
              object({
                  {"requires", requirements(registry)},
                  {"parameters", by_name("Values that hold for the whole run", free_name, ref_to("value"))},
                  {"inputs", by_name("Values of each case, and packets that a subgraph takes", free_name, ref_to("input"))},
                  {"nodes", std::move(nodes)},
                  {"outputs", by_name("What a subgraph gives", kName, ref_to("output"))},
                  {"columns", by_name("Columns of the table of cases: figures that nodes report", kName,
                                      with(typed("string", "\"node.figure\""), object({{"pattern", "^[^.]+\\..+$"}})))},
              }));
}

Value definitions(const Registry& registry) {
  Value parts = object({
      {"edge", edge()},
      {"version", version()},
      {"text", text_form(true)},
      {"text_before_cases", text_form(false)},
      {"value", value_spec(false)},
      {"case_value", value_spec(true)},
      {"bids_read", bids_name(true)},
      {"bids_written", bids_name(false)},
      {"packet_input", packet_input()},
      {"input", input(registry)},
      {"output", output()},
      {"number_of_node", with(object({{"description", "A number that another node finds"}}),
                              closed_object(object({{"number", ref_to("edge")}}), {"number"}))},
      {"conditions", conditions()},
      {"subgraph", subgraph()},
      {"node", node(registry)},
  });
  for (const RegisteredType* known : registry.types()) parts.set(known->type.name, node_type(*known));
  return parts;
}

Value step() {
  const auto values = [](const char* help) {
    return with(typed("object", help), object({{"additionalProperties", any_value()}}));
  };
  Value properties = object({
      {"name", with(typed("string", "Names the step"), object({{"pattern", "^" + kNodeName + "$"}}))},
      {"graph", typed("string", "Graph file, from the folder of this file")},
      {"cases", object({{"description", "Which cases of a fold the graph runs over"}, {"enum", list({"train", "test"})}})},
      {"out", typed("string", "Folder within that of the fold; default: the step's name")},
      {"set", values("Parameters of the graph, as --set takes them; ${fold} and ${cases} are known")},
      {"in", values("Inputs of each case; ${fold}, ${case} and the table's columns are known")},
  });
  return closed_object(std::move(properties), {"name", "graph", "cases"});
}

Value plan_properties() {
  const char* folds = "Number of folds; without it each case is tested alone";
  const char* steps = "The graph runs of a fold, one after the other";
  return with(file_properties("Names the plan"),
              object({
                  {"folds", with(typed("integer", folds), object({{"minimum", 2}}))},
                  {"steps", with(typed("array", steps), object({{"minItems", 1}, {"items", ref_to("step")}}))},
                  {"measures", with(typed("string", "The table of measures that a fold ends with"), object({{"minLength", 1}}))},
                  {"show", with(typed("array", "Columns of the measures to print; without it all"),
                                object({{"items", object({{"type", "string"}})}}))},
              }));
}

Value schema_of(const char* title, Value form) { return with(object({{"$schema", kDraft}, {"title", title}}), std::move(form)); }

}  // namespace

std::string graph_schema(const Registry& registry) {
  Value schema = schema_of("flowrun graph", closed_object(graph_properties(registry), {"format", "nodes"}));
  return text_of(schema.set("definitions", definitions(registry)));
}

std::string plan_schema() {
  Value schema = schema_of("flowrun crossval plan", closed_object(plan_properties(), {"format", "steps", "measures"}));
  return text_of(schema.set("definitions", object({{"step", step()}})));
}

}  // namespace flowrun
