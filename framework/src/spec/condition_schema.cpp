// `when` of a node.
#include "spec/schema_parts.h"

namespace flowrun::spec::schema {
namespace {

void add_bounds(Value& properties) {
  properties.set("above", typed("number", "The number is greater than this"));
  properties.set("at_least", typed("number", "The number is this or greater"));
  properties.set("below", typed("number", "The number is less than this"));
  properties.set("at_most", typed("number", "The number is this or less"));
}

Value name_of_input(const char* help) { return with(typed("string", help), object({{"pattern", "^" + kName + "$"}})); }

Value value_text(const char* help) { return with(typed("string", help), object({{"pattern", "^\\$\\{" + kName + "\\}$"}})); }

Value compared(const char* name, Value of, bool has_is) {
  Value properties = object({{name, std::move(of)}});
  if (has_is) properties.set("is", with(object({{"description", "What the value must be"}}), any_value()));
  add_bounds(properties);
  return closed_object(std::move(properties), {name});
}

}  // namespace

Value conditions() {
  const Value one =
      object({{"anyOf",
               list({
                   value_text("A boolean parameter or input that must be true"),
                   closed_object(object({{"given", name_of_input("An optional input that the case must have")}}), {"given"}),
                   closed_object(object({{"missing", name_of_input("An optional input that the case must lack")}}), {"missing"}),
                   compared("value", value_text("A parameter or input of the graph"), true),
                   compared("number", ref_to("edge"), false),
               })}});
  const Value several = object({{"type", "array"}, {"items", one}});
  return object({{"description", "On what the node runs in a case; of a list all must hold. Else it is left out"},
                 {"anyOf", list({one, several})}});
}

}  // namespace flowrun::spec::schema
