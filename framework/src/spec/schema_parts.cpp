#include "spec/schema_parts.h"

#include <cmath>

#include "json/written.h"

namespace flowrun::spec::schema {
namespace {

void fill_plain_lists(json::Written& value) {
  bool plain = value.kind == json::Written::Kind::array;
  for (json::WrittenItem& item : value.items) {
    fill_plain_lists(item.value);
    plain = plain && item.value.kind == json::Written::Kind::plain;
  }
  if (plain) value.shape = json::Shape::filled;
}

}  // namespace

Value object(std::initializer_list<std::pair<std::string, Value>> members) {
  Value made = Value::object();
  for (const auto& [name, value] : members) made.set(name, value);
  return made;
}

Value list(std::initializer_list<Value> items) { return Value(Value::Array(items)); }

Value ref_to(std::string_view definition) { return object({{"$ref", "#/definitions/" + std::string(definition)}}); }

Value typed(std::string_view type, std::string_view help) { return object({{"description", help}, {"type", type}}); }

Value number(double value) {
  constexpr double kLargestWhole = 9007199254740992.0;  // 2^53
  if (value == std::floor(value) && std::abs(value) <= kLargestWhole) return static_cast<std::int64_t>(value);
  return value;
}

Value with(Value first, const Value& second) {
  for (const json::Member& member : second.members()) first.set(member.name, member.value);
  return first;
}

Value closed_object(Value properties, const std::vector<std::string>& required) {
  Value closed = object({{"type", "object"}});
  if (!required.empty()) closed.set("required", required);
  closed.set("properties", std::move(properties)).set("patternProperties", object({{"^x-", Value::object()}}));
  closed.set("additionalProperties", false);
  return closed;
}

Value by_name(std::string_view help, const std::string& name, Value member) {
  return with(typed("object", help),
              object({{"propertyNames", object({{"pattern", "^" + name + "$"}})}, {"additionalProperties", std::move(member)}}));
}

Value if_type(Value condition, Value then) {
  return object({{"if", object({{"required", list({"type"})}, {"properties", object({{"type", std::move(condition)}})}})},
                 {"then", std::move(then)}});
}

Value any_value() {
  return object({{"type", list({"boolean", "number", "string", "array"})},
                 {"items", object({{"type", list({"boolean", "number", "string"})}})}});
}

std::string text_of(const Value& schema) {
  json::Written tree = json::read_written(json::write(schema));
  fill_plain_lists(tree);
  return json::lay_out(tree);
}

}  // namespace flowrun::spec::schema
