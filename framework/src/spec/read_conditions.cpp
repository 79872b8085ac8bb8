// `when`: on what a node runs in a case.
#include <algorithm>
#include <limits>

#include "spec/read_parts.h"

namespace flowrun::spec {
namespace {

const char* const kForms =
    "one of \"${flag}\", {\"given\": \"input\"}, {\"missing\": \"input\"}, {\"value\": \"${name}\", ...} and {\"number\": "
    "\"node.port\", "
    "...}, or a list of these";

/// Whether there is a number within all of them.
bool is_possible(const Bounds& bounds) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double low = std::max(bounds.above.value_or(-kInfinity), bounds.at_least.value_or(-kInfinity));
  const double high = std::min(bounds.below.value_or(kInfinity), bounds.at_most.value_or(kInfinity));
  return low < high || (low == high && bounds.contain(low));
}

void read_bounds(ObjectReader& reader, SourceLocation place, Bounds& bounds) {
  bounds.above = reader.number("above");
  bounds.at_least = reader.number("at_least");
  bounds.below = reader.number("below");
  bounds.at_most = reader.number("at_most");
  if (!is_possible(bounds)) reader.error(place, "no number is " + bounds.text() + ", so the node would never run");
}

/// What is asked for, by the member that says it; exactly one of the four.
const json::Value* read_kind(ObjectReader& reader, ConditionSpec& condition) {
  constexpr std::pair<const char*, ConditionSpec::Kind> kKinds[] = {{"given", ConditionSpec::Kind::given},
                                                                    {"missing", ConditionSpec::Kind::missing},
                                                                    {"value", ConditionSpec::Kind::value},
                                                                    {"number", ConditionSpec::Kind::number}};
  const json::Value* found = nullptr;
  for (const auto& [name, kind] : kKinds) {
    const json::Value* value = reader.find(name);
    if (!value) continue;
    if (found) {
      reader.error(condition.place,
                   "a condition has one of 'given', 'missing', 'value' and 'number', found two; write a list of two");
      return nullptr;
    }
    found = value;
    condition.kind = kind;
  }
  if (!found) reader.error(condition.place, std::string("a condition is ") + kForms);
  return found;
}

std::optional<ConditionSpec> read_object(Source& source, const json::Value& value, const std::string& what) {
  ObjectReader reader(source, value, what);
  ConditionSpec condition{.place = source.place(value)};
  const json::Value* of = read_kind(reader, condition);
  if (condition.kind == ConditionSpec::Kind::value || condition.kind == ConditionSpec::Kind::number)
    read_bounds(reader, condition.place, condition.bounds);
  if (const json::Value* is = condition.kind == ConditionSpec::Kind::value ? reader.find("is") : nullptr)
    condition.is = read_literal(source, *is);
  reader.finish();
  if (!of) return std::nullopt;
  if (condition.kind == ConditionSpec::Kind::number) {
    condition.number = read_endpoint(source, *of, what + ", 'number'");
    if (condition.number && condition.bounds.is_empty())
      reader.error(condition.place, "a number is compared with 'above', 'at_least', 'below' or 'at_most'; found none of them");
    return condition.number ? std::optional(condition) : std::nullopt;
  }
  if (!of->is(json::Kind::string)) {
    reader.error(source.place(*of), std::string("expected ") +
                                        (condition.kind == ConditionSpec::Kind::value ? "\"${name}\"" : "the name of an input") +
                                        ", found " + found_words(*of));
    return std::nullopt;
  }
  condition.name = of->text();
  return condition;
}

}  // namespace

void read_conditions(Source& source, const json::Value& value, const std::string& what, std::vector<ConditionSpec>& conditions) {
  const std::string start = what + ", when";
  const auto add = [&](const json::Value& one) {
    if (one.is(json::Kind::string))
      conditions.push_back({.kind = ConditionSpec::Kind::value, .name = one.text(), .place = source.place(one)});
    else if (!one.is(json::Kind::object))
      source.faults.error(source.place(one), start + ": expected " + kForms + "; found " + found_words(one));
    else if (auto condition = read_object(source, one, start)) conditions.push_back(std::move(*condition));
  };
  if (!value.is(json::Kind::array)) return add(value);
  for (const json::Value& one : value.items()) add(one);
}

std::optional<NumberSpec> read_number(Source& source, const json::Member& param, const std::string& what) {
  ObjectReader reader(source, param.value, what + ", parameter '" + param.name + "'");
  const json::Value* from = reader.find("number");
  if (from) reader.finish();
  if (!from) {
    reader.error(source.place(param.value),
                 "expected a plain value, a list, or {\"number\": \"node.port\"} for what another node finds");
    return std::nullopt;
  }
  auto endpoint = read_endpoint(source, *from, reader.what());
  if (!endpoint) return std::nullopt;
  return NumberSpec{param.name, source.place(param), std::move(*endpoint)};
}

}  // namespace flowrun::spec
