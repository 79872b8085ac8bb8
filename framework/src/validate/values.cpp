// Values of parameters: checked against their descriptions, read from text, and resolved for one case.
#include "validate/values.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "flowrun/host/validated_graph.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

using checks::one_of;
using checks::text_of;
using checks::wanted;

constexpr double kLargestWhole = 9007199254740992.0;  // above 2^53 a double no longer distinguishes neighbours

/// Turns a whole number into an integer; false when it is not one.
bool to_integer(double number, std::int64_t& integer) {
  if (!(std::abs(number) <= kLargestWhole) || number != std::floor(number)) return false;
  integer = static_cast<std::int64_t>(number);
  return true;
}

bool is_list(const ParamValue& value) { return value.index() >= 4; }

std::size_t list_length(const ParamValue& value) {
  return std::visit(
      [](const auto& held) -> std::size_t {
        if constexpr (requires { held.size(); }) return held.size();
        else return 0;
      },
      value);
}

bool convert_list(ParamType wanted, ParamValue& value) {
  if (list_length(value) == 0) {
    if (wanted == ParamType::integers) value = std::vector<std::int64_t>{};
    if (wanted == ParamType::numbers) value = std::vector<double>{};
    if (wanted == ParamType::strings) value = std::vector<std::string>{};
    return true;
  }
  if (wanted == ParamType::numbers) {
    if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&value))
      value = std::vector<double>(integers->begin(), integers->end());
    return std::holds_alternative<std::vector<double>>(value);
  }
  if (wanted == ParamType::integers) {
    if (const auto* numbers = std::get_if<std::vector<double>>(&value)) {
      std::vector<std::int64_t> integers(numbers->size());
      for (std::size_t i = 0; i < integers.size(); ++i)
        if (!to_integer((*numbers)[i], integers[i])) return false;
      value = std::move(integers);
    }
    return std::holds_alternative<std::vector<std::int64_t>>(value);
  }
  return std::holds_alternative<std::vector<std::string>>(value);
}

/// Gives the value the type that its spec asks for, where nothing is lost by it; false when it is of another type.
bool convert(ParamType wanted, ParamValue& value) {
  switch (wanted) {
    case ParamType::boolean:
      return std::holds_alternative<bool>(value);
    case ParamType::integer: {
      std::int64_t whole = 0;
      if (const auto* number = std::get_if<double>(&value); number && to_integer(*number, whole)) value = whole;
      return std::holds_alternative<std::int64_t>(value);
    }
    case ParamType::number:
      if (const auto* integer = std::get_if<std::int64_t>(&value)) value = static_cast<double>(*integer);
      return std::holds_alternative<double>(value);
    case ParamType::string:
    case ParamType::path:
    case ParamType::choice:
      return std::holds_alternative<std::string>(value);
    default:
      return is_list(value) && convert_list(wanted, value);
  }
}

/// The numbers that a range applies to.
std::vector<double> numbers_in(const ParamValue& value) {
  if (const auto* number = std::get_if<double>(&value)) return {*number};
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return {static_cast<double>(*integer)};
  if (const auto* numbers = std::get_if<std::vector<double>>(&value)) return *numbers;
  if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&value)) return {integers->begin(), integers->end()};
  return {};
}

std::string range_fault(const ParamSpec& spec, const ParamValue& value) {
  const std::string unit = spec.unit.empty() ? "" : " " + spec.unit;
  for (const double number : numbers_in(value)) {
    const std::string found = ", found " + to_string(value);
    if (!std::isfinite(number)) return "expected a finite number" + found;
    const bool low = spec.min && number < *spec.min;
    const bool high = spec.max && number > *spec.max;
    if (!low && !high) continue;
    if (spec.min && spec.max) return "expected " + text_of(*spec.min) + " to " + text_of(*spec.max) + unit + found;
    return (low ? "expected at least " + text_of(*spec.min) : "expected at most " + text_of(*spec.max)) + unit + found;
  }
  return "";
}

std::string choice_fault(const ParamSpec& spec, const ParamValue& value) {
  const auto* word = std::get_if<std::string>(&value);
  if (!word || std::find(spec.choices.begin(), spec.choices.end(), *word) != spec.choices.end()) return "";
  return "expected " + one_of(spec.choices) + ", found " + to_string(value) + did_you_mean(*word, spec.choices);
}

/// A path that stands for none, where the description says so by its default: anywhere else it would be the folder that it starts
/// at.
bool may_be_empty(const ParamSpec& spec) {
  const auto* text = spec.default_value ? std::get_if<std::string>(&*spec.default_value) : nullptr;
  return text && text->empty();
}

[[noreturn]] void unreadable(const ParamSpec& spec, const std::string& text) {
  throw Error("expected " + wanted(spec) + ", found '" + text + "'");
}

template <class T>
T number_from_text(const ParamSpec& spec, std::string text, const std::string& whole) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.erase(0, 1);  // from_chars knows no plus sign
  T number{};
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || status != std::errc{} || end != text.data() + text.size()) unreadable(spec, whole);
  return number;
}

/// In any case: spreadsheets write TRUE.
bool flag_from_text(const ParamSpec& spec, const std::string& text) {
  std::string lower = text;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (lower != "true" && lower != "false") unreadable(spec, text);
  return lower == "true";
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// "15,15,15" or "[15, 15, 15]" into its items; an empty list of numbers is written "[]".
std::vector<std::string> list_items(const ParamSpec& spec, const std::string& text) {
  std::string inner = trimmed(text);
  if (inner.empty() && spec.type != ParamType::strings) unreadable(spec, text);
  if (inner.size() >= 2 && inner.front() == '[' && inner.back() == ']') inner = trimmed(inner.substr(1, inner.size() - 2));
  std::vector<std::string> items;
  for (std::size_t start = 0; !inner.empty() && start <= inner.size();) {
    const std::size_t comma = std::min(inner.find(',', start), inner.size());
    items.push_back(trimmed(inner.substr(start, comma - start)));
    start = comma + 1;
  }
  return items;
}

ParamValue parsed(const ParamSpec& spec, const std::string& text) {
  switch (spec.type) {
    case ParamType::boolean:
      return flag_from_text(spec, text);
    case ParamType::integer:
      return number_from_text<std::int64_t>(spec, text, text);
    case ParamType::number:
      return number_from_text<double>(spec, text, text);
    case ParamType::integers: {
      std::vector<std::int64_t> values;
      for (const std::string& item : list_items(spec, text)) values.push_back(number_from_text<std::int64_t>(spec, item, text));
      return values;
    }
    case ParamType::numbers: {
      std::vector<double> values;
      for (const std::string& item : list_items(spec, text)) values.push_back(number_from_text<double>(spec, item, text));
      return values;
    }
    case ParamType::strings:
      return list_items(spec, text);
    default:
      return text;
  }
}

/// The value of an expression that is only ${name}, with its type.
ParamValue case_value(const std::string& name, const Case* one_case, const std::filesystem::path& out) {
  if (name == "out") return out.empty() ? std::string(".") : out.string();
  if (!one_case) throw Error("'${" + name + "}' is known only while a case runs");
  if (name == "case") return one_case->name;
  const auto found = one_case->inputs.find(name);
  if (found == one_case->inputs.end()) throw Error("case '" + one_case->name + "' gives no value for '" + name + "'");
  return found->second;
}

std::string piece_text(const ParamExpression::Piece& piece, const Case* one_case, const std::filesystem::path& out) {
  return piece.case_value.empty() ? piece.text : text_of(case_value(piece.case_value, one_case, out));
}

ParamValue value_of(const ParamExpression& expression, const Case* one_case, const std::filesystem::path& out) {
  if (expression.constant) return *expression.constant;
  if (expression.pieces.size() == 1 && !expression.pieces.front().case_value.empty())
    return case_value(expression.pieces.front().case_value, one_case, out);
  std::string text;
  for (const auto& piece : expression.pieces) text += piece_text(piece, one_case, out);
  return text;
}

bool starts_with_out(const ParamExpression& expression) {
  return !expression.constant && !expression.pieces.empty() && expression.pieces.front().case_value == "out";
}

}  // namespace

namespace checks {

std::string text_of(const ParamValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text ? *text : to_string(value);
}

std::string one_of(const std::vector<std::string>& words) {
  std::string text = words.size() > 1 ? "one of " : "";
  for (std::size_t i = 0; i < words.size(); ++i) text += (i ? ", '" : "'") + words[i] + "'";
  return text;
}

std::string wanted(const ParamSpec& spec) {
  const std::string count = spec.length ? std::to_string(spec.length) : "a list of";
  switch (spec.type) {
    case ParamType::boolean:
      return "true or false";
    case ParamType::integer:
      return "an integer";
    case ParamType::number:
      return "a number";
    case ParamType::string:
      return "text";
    case ParamType::path:
      return "a path";
    case ParamType::choice:
      return one_of(spec.choices);
    case ParamType::integers:
      return count + " integers";
    case ParamType::numbers:
      return count + " numbers";
    case ParamType::strings:
      return count + " strings";
  }
  return "a value";
}

std::string joined(const std::filesystem::path& base, const std::string& path) {
  return path.empty() || base.empty() ? path : (base / path).string();
}

ParamValue resolved(const ParamExpression& expression, const Case* one_case, const std::filesystem::path& out) {
  ParamValue value = value_of(expression, one_case, out);
  const std::string fault = check_value(expression.spec, value);
  if (!fault.empty()) throw Error("parameter '" + expression.name + "': " + fault);
  if (const auto* path = std::get_if<std::string>(&value); path && !path->empty() && one_case)
    if (const std::string name = name_in_data_set(expression, *one_case, *path); !name.empty()) return (out / name).string();
  if (expression.spec.type == ParamType::path && !starts_with_out(expression))
    value = joined(expression.base, std::get<std::string>(value));
  return value;
}

}  // namespace checks

std::string check_value(const ParamSpec& spec, ParamValue& value) {
  if (!convert(spec.type, value)) return "expected " + wanted(spec) + ", found " + to_string(value);
  if (is_list(value) && spec.length != 0 && list_length(value) != spec.length)
    return "expected " + wanted(spec) + ", found " + to_string(value);
  if (spec.type == ParamType::choice) return choice_fault(spec, value);
  if (spec.type == ParamType::path && !may_be_empty(spec) && std::get<std::string>(value).empty())
    return "expected a path, found an empty text";
  return range_fault(spec, value);
}

ParamValue value_from_text(const ParamSpec& spec, const std::string& text) {
  ParamValue value = parsed(spec, text);
  const std::string fault = check_value(spec, value);
  if (!fault.empty()) throw Error(fault);
  return value;
}

Params resolve_params(const ValidatedNode& node, const Case* one_case, const std::filesystem::path& out) {
  Params params;
  for (const ParamExpression& expression : node.params) {
    // A node that fires once for the run has no case, and needs all its values without one.
    if (!one_case && expression.spec.per_case && node.scope != Scope::run) continue;
    if (expression.number_port) continue;  // each firing brings it
    params.set(expression.name, checks::resolved(expression, one_case, out));
  }
  return params;
}

}  // namespace flowrun
