// Values of parameters: of node types, and of the graph itself.
#include "flowrun/host/graph_spec.h"
#include "spec/schema_parts.h"

namespace flowrun::spec::schema {
namespace {

constexpr ParamType kTypes[] = {ParamType::boolean, ParamType::integer,  ParamType::number,  ParamType::string, ParamType::path,
                                ParamType::choice,  ParamType::integers, ParamType::numbers, ParamType::strings};

/// Only "${name}", which takes the value with its type.
std::string reference(bool per_case) { return "^\\$\\{" + std::string(per_case ? "" : "(?!(case|out)\\})") + kName + "\\}$"; }

/// A value of one of the plain types, or "${name}": a range says nothing of a text, and a pattern nothing of a number.
Value plain_value(std::string_view type, const ParamSpec& spec, bool per_case) {
  Value value = object({{"type", list({type, "string"})}});
  if (spec.min) value.set("minimum", number(*spec.min));
  if (spec.max) value.set("maximum", number(*spec.max));
  value.set("pattern", reference(per_case));
  return value;
}

Value text_value(bool per_case) { return object({{"allOf", list({ref_to(per_case ? "text" : "text_before_cases")})}}); }

Value choice_value(const ParamSpec& spec) {
  return object({{"anyOf", list({object({{"enum", spec.choices}}), object({{"type", "string"}, {"pattern", "\\$\\{"}})})}});
}

Value list_value(Value items, const ParamSpec& spec) {
  Value value = object({{"type", list({"array", "string"})}, {"items", std::move(items)}});
  if (spec.length) value.set("minItems", spec.length).set("maxItems", spec.length);
  value.set("pattern", reference(spec.per_case));
  return value;
}

Value value_form(const ParamSpec& spec) {
  switch (spec.type) {
    case ParamType::boolean:
    case ParamType::integer:
    case ParamType::number:
      return plain_value(to_string(spec.type), spec, spec.per_case);
    case ParamType::choice:
      return choice_value(spec);
    // A list is made before the cases are known, so its items cannot name them.
    case ParamType::integers:
      return list_value(plain_value("integer", spec, false), spec);
    case ParamType::numbers:
      return list_value(plain_value("number", spec, false), spec);
    case ParamType::strings:
      return list_value(text_value(false), spec);
    default:
      return text_value(spec.per_case);
  }
}

Value json_value(const ParamValue& value) {
  if (const auto* one = std::get_if<double>(&value)) return number(*one);
  if (const auto* all = std::get_if<std::vector<double>>(&value)) {
    Value numbers = Value::array();
    for (const double item : *all) numbers.push(number(item));
    return numbers;
  }
  return std::visit([](const auto& held) { return Value(held); }, value);
}

std::string figure(double value) { return json::write_line(number(value)); }

/// "Number in sd, 0 to 10; default 1.5.": what the schema says otherwise, for people.
std::string bounds_sentence(const ParamSpec& spec) {
  std::string text(to_string(spec.type));
  text.front() = static_cast<char>(text.front() - 'a' + 'A');
  if (spec.length) text += " (" + std::to_string(spec.length) + ")";
  if (!spec.unit.empty()) text += " in " + spec.unit;
  if (spec.min && spec.max) text += ", " + figure(*spec.min) + " to " + figure(*spec.max);
  else if (spec.min) text += ", at least " + figure(*spec.min);
  else if (spec.max) text += ", at most " + figure(*spec.max);
  return text + (spec.default_value ? "; default " + json::write_line(json_value(*spec.default_value)) : "; required") + ".";
}

/// What `default` may be in the description of a graph's own value.
Value default_form(ParamType type) {
  const auto list_of = [](const char* word) { return object({{"type", "array"}, {"items", object({{"type", word}})}}); };
  switch (type) {
    case ParamType::boolean:
    case ParamType::integer:
    case ParamType::number:
      return object({{"type", to_string(type)}});
    case ParamType::integers:
      return list_of("integer");
    case ParamType::numbers:
      return list_of("number");
    case ParamType::strings:
      return list_of("string");
    default:
      return object({{"type", "string"}});
  }
}

}  // namespace

Value param_value(const ParamSpec& spec) {
  Value value = object({{"description", (spec.help.empty() ? "" : spec.help + ". ") + bounds_sentence(spec)}});
  if (spec.default_value) value.set("default", json_value(*spec.default_value));
  if (!takes_number(spec)) return with(std::move(value), value_form(spec));
  return with(std::move(value), object({{"anyOf", list({value_form(spec), ref_to("number_of_node")})}}));
}

Value type_words() {
  Value words = Value::array();
  for (const ParamType type : kTypes) words.push(to_string(type));
  return words;
}

Value value_spec(bool of_case) {
  Value rules = Value::array();
  for (const ParamType type : kTypes) {
    Value then = object({{"properties", object({{"default", default_form(type)}})}});
    if (type == ParamType::choice) then.set("required", list({"choices"}));
    rules.push(if_type(object({{"const", to_string(type)}}), std::move(then)));
  }
  Value choices =
      with(typed("array", "The words of an enum"), object({{"items", object({{"type", "string"}})}, {"minItems", 1}}));
  Value properties = object({
      {"type", object({{"description", "Kind of value"}, {"enum", type_words()}})},
      {"choices", std::move(choices)},
      {"length", with(typed("integer", "How many values a list has"), object({{"minimum", 1}}))},
      {"default", object({{"description", "Taken when no value is given"}})},
      {"min", typed("number", "Smallest value of a number, or of each number in a list")},
      {"max", typed("number", "Largest value of a number, or of each number in a list")},
      {"unit", typed("string", "Unit, for people: mm, sd, voxels")},
      {"help", typed("string", "One sentence for the person who gives the value")},
  });
  if (of_case) {
    properties.set("bids", ref_to("bids_read"));
    const char* const contrast = "What the image is: FLAIR, T1w, T2w, PDw. The networks that it goes to are checked by it";
    properties.set("contrast", typed("string", contrast));
    const char* const required = "false: a case may lack it, and the nodes that name it are left out then";
    properties.set("required", with(typed("boolean", required), object({{"default", true}})));
    const Value is_no_path = object({{"not", object({{"const", to_string(ParamType::path)}})}});
    rules.push(if_type(is_no_path, object({{"properties", object({{"bids", false}, {"contrast", false}})}})));
  }
  return with(closed_object(std::move(properties), {"type"}), object({{"allOf", std::move(rules)}}));
}

Value text_form(bool per_case) {
  // Every ${ is closed; and none is ${case} or ${out} where they are not known. A $ before it makes a plain "${".
  const std::string closed = "(?!([\\s\\S]*[^$])?\\$\\{[^}]*$)";
  const std::string before_cases = "(?!([\\s\\S]*[^$])?\\$\\{(case|out)\\})";
  const char* help = per_case
                         ? "${name} stands for a graph parameter, an input of the case, ${case} or ${out}; $${ for a plain ${"
                         : "${name} stands for a graph parameter; ${case}, ${out} and the inputs of a case are not known here";
  return with(typed("string", help), object({{"pattern", "^" + closed + (per_case ? "" : before_cases)}}));
}

}  // namespace flowrun::spec::schema
