#include <algorithm>
#include <array>

#include "json/json.h"

namespace flowrun::json {

std::string_view to_string(Kind kind) {
  constexpr std::array<std::string_view, 7> kWords{"null", "true or false", "an integer", "a number",
                                                   "text", "a list",        "an object"};
  return kWords[static_cast<std::size_t>(kind)];
}

Value Value::object() {
  Value value;
  value.held_ = Object{};
  return value;
}

bool Value::boolean() const {
  const bool* held = std::get_if<bool>(&held_);
  return held && *held;
}

std::int64_t Value::integer() const {
  const auto* held = std::get_if<std::int64_t>(&held_);
  return held ? *held : 0;
}

double Value::number() const {
  if (const auto* held = std::get_if<double>(&held_)) return *held;
  return static_cast<double>(integer());
}

const std::string& Value::text() const {
  static const std::string kNone;
  const auto* held = std::get_if<std::string>(&held_);
  return held ? *held : kNone;
}

const Value::Array& Value::items() const {
  static const Array kNone;
  const auto* held = std::get_if<Array>(&held_);
  return held ? *held : kNone;
}

const Value::Object& Value::members() const {
  static const Object kNone;
  const auto* held = std::get_if<Object>(&held_);
  return held ? *held : kNone;
}

const Value* Value::find(std::string_view name) const {
  for (const Member& member : members())
    if (member.name == name) return &member.value;
  return nullptr;
}

Value::Array& Value::own_items() {
  if (!std::holds_alternative<Array>(held_)) held_ = Array{};
  return std::get<Array>(held_);
}

Value& Value::push(Value item) {
  own_items().push_back(std::move(item));
  return *this;
}

Value::Object& Value::own_members() {
  if (!std::holds_alternative<Object>(held_)) held_ = Object{};
  return std::get<Object>(held_);
}

Value& Value::set(std::string name, Value value) {
  Object& members = own_members();
  const auto same = std::find_if(members.begin(), members.end(), [&](const Member& member) { return member.name == name; });
  if (same != members.end()) same->value = std::move(value);
  else members.push_back({std::move(name), std::move(value), 0, 0});
  return *this;
}

}  // namespace flowrun::json
