#include "validate/expressions.h"

#include "flowrun/sdk/error.h"
#include "validate/values.h"

namespace flowrun::checks {
namespace {

/// A value that names others several times doubles with each subgraph that it is handed through.
constexpr std::size_t kLongestValue = std::size_t{64} << 10;  // bytes
constexpr std::size_t kMostPieces = 1000;
const std::string kTooLong = "takes more than " + std::to_string(kLongestValue >> 10) + " KiB, which is not accepted";

bool is_text(ParamType type) { return type == ParamType::string || type == ParamType::path || type == ParamType::choice; }

/// Whether every value of one type is a value of the other.
bool fits(ParamType from, ParamType to) {
  if (from == to || (is_text(from) && is_text(to))) return true;
  return (from == ParamType::integer && to == ParamType::number) || (from == ParamType::integers && to == ParamType::numbers);
}

/// Whether a text that starts with this value is a path that is complete already.
bool starts_path(const std::string& name, const Binding& binding) {
  return name == "out" || binding.spec.type == ParamType::path;
}

void append(Expression& expression, const std::string& text) {
  if (expression.pieces.empty() || !expression.pieces.back().case_value.empty()) expression.pieces.push_back({});
  expression.pieces.back().text += text;
}

bool is_too_long(const Expression& expression) {
  return size_of(expression) > kLongestValue || expression.pieces.size() > kMostPieces;
}

ParamType item_type(ParamType list) {
  if (list == ParamType::integers) return ParamType::integer;
  return list == ParamType::numbers ? ParamType::number : ParamType::string;
}

template <class T>
std::optional<ParamValue> list_of(const std::vector<ParamValue>& items) {
  std::vector<T> list;
  for (const ParamValue& item : items) {
    if (const auto* held = std::get_if<T>(&item)) list.push_back(*held);
    else return std::nullopt;
  }
  return ParamValue(list);
}

std::optional<ParamValue> as_list(std::vector<ParamValue> items) {
  if (auto list = list_of<std::int64_t>(items)) return list;
  if (auto list = list_of<std::string>(items)) return list;
  for (ParamValue& item : items)
    if (const auto* integer = std::get_if<std::int64_t>(&item)) item = static_cast<double>(*integer);
  return list_of<double>(items);
}

}  // namespace

std::vector<TemplatePart> split_template(const std::string& text) {
  std::vector<TemplatePart> parts;
  const auto literal = [&](const std::string& piece) {
    if (piece.empty()) return;
    if (parts.empty() || parts.back().is_name) parts.push_back({});
    parts.back().text += piece;
  };
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t open = text.find("${", at);
    if (open == std::string::npos) break;
    const bool escaped = open > at && text[open - 1] == '$';
    literal(text.substr(at, open - at - (escaped ? 1 : 0)));
    at = open + 2;
    if (escaped) {
      literal("${");
      continue;
    }
    const std::size_t close = text.find('}', at);
    if (close == std::string::npos) throw Error("'${' is not closed by '}'; write '$${' for a plain '${'");
    parts.push_back({true, text.substr(at, close - at)});
    at = close + 1;
  }
  literal(text.substr(at));
  return parts;
}

std::size_t size_of(const Expression& expression) {
  std::size_t bytes = 0;
  bytes += expression.origin.size();
  for (const auto& piece : expression.pieces) bytes += piece.text.size();
  if (!expression.constant) return bytes;
  if (const auto* text = std::get_if<std::string>(&*expression.constant)) bytes += text->size();
  if (const auto* texts = std::get_if<std::vector<std::string>>(&*expression.constant))
    for (const std::string& text : *texts) bytes += sizeof text + text.size();
  if (const auto* numbers = std::get_if<std::vector<double>>(&*expression.constant)) bytes += sizeof(double) * numbers->size();
  if (const auto* numbers = std::get_if<std::vector<std::int64_t>>(&*expression.constant))
    bytes += sizeof(std::int64_t) * numbers->size();
  return bytes;
}

std::string first_case_value(const Expression& expression) {
  for (const auto& piece : expression.pieces)
    if (!piece.case_value.empty()) return piece.case_value;
  return "";
}

Expression with_base(Expression expression) {
  const auto base = std::exchange(expression.base, {});
  if (base.empty()) return expression;
  if (expression.constant) {
    expression.constant = joined(base, std::get<std::string>(*expression.constant));
  } else if (!expression.pieces.empty() && expression.pieces.front().case_value.empty()) {
    expression.pieces.front().text = joined(base, expression.pieces.front().text);
  } else {
    expression.pieces.insert(expression.pieces.begin(), {(base / "").string(), ""});
  }
  return expression;
}

Binding* Evaluator::find(const std::string& name, const SourceLocation& place) {
  const auto found = names_.find(name);
  if (found != names_.end()) {
    found->second.used = true;
    return &found->second;
  }
  std::vector<std::string> known;
  for (const auto& [other, binding] : names_) known.push_back(other);
  error(place, "'${" + name + "}' is not known in this graph" + known_names(name, known));
  return nullptr;
}

std::optional<Expression> Evaluator::from_name(const std::string& name, const SourceLocation& place, const ParamSpec& spec) {
  const Binding* binding = find(name, place);
  if (!binding || !binding->value) return std::nullopt;
  if (binding->value->constant) {
    auto expression = checked(*binding->value->constant, place, spec);
    if (expression && starts_path(name, *binding)) expression->base.clear();
    if (expression) expression->origin = binding->value->origin;
    return expression;
  }
  if (!fits(binding->spec.type, spec.type)) {
    error(place, "expected " + wanted(spec) + ", but ${" + name + "} is " + wanted(binding->spec));
    return std::nullopt;
  }
  Expression expression = *binding->value;
  if (spec.type == ParamType::path && !starts_path(name, *binding)) expression.base = base_;
  return expression;
}

std::optional<Expression> Evaluator::from_template(const std::string& text, const SourceLocation& place, const ParamSpec& spec) {
  std::vector<TemplatePart> parts;
  try {
    parts = split_template(text);
  } catch (const Error& fault) {
    error(place, fault.what());
    return std::nullopt;
  }
  if (parts.size() == 1 && parts.front().is_name) return from_name(parts.front().text, place, spec);
  Expression expression;
  if (spec.type == ParamType::path) expression.base = base_;  // other texts are no paths, also when a subgraph passes them on
  bool first = true, good = true;
  for (const TemplatePart& part : parts) {
    Binding* binding = part.is_name ? find(part.text, place) : nullptr;
    if (part.is_name && (!binding || !binding->value)) {
      good = false;
      continue;
    }
    if (!binding) append(expression, part.text);
    else if (binding->value->constant) append(expression, text_of(*binding->value->constant));
    else expression.pieces.insert(expression.pieces.end(), binding->value->pieces.begin(), binding->value->pieces.end());
    if (first && binding && starts_path(part.text, *binding)) expression.base.clear();
    if (binding && expression.origin.empty()) expression.origin = binding->value->origin;
    first = false;
    if (!is_too_long(expression)) continue;
    error(place, "with the values of its ${names} this text " + kTooLong);
    return std::nullopt;
  }
  if (!good) return std::nullopt;
  if (!first_case_value(expression).empty()) {
    if (is_text(spec.type)) return expression;
    error(place, "expected " + wanted(spec) + ", found \"" + text + "\"");
    return std::nullopt;
  }
  auto constant = checked(expression.pieces.empty() ? "" : expression.pieces.front().text, place, spec);
  if (!constant) return constant;
  constant->base = expression.base;
  constant->origin = expression.origin;
  return constant;
}

std::optional<ParamValue> Evaluator::list_value(const Literal& literal, const Literal::List& list, const ParamSpec& spec) {
  std::vector<ParamValue> items;
  const ParamSpec any{.name = spec.name, .type = item_type(spec.type)};
  const ParamSpec plain_text{.name = spec.name,
                             .type = ParamType::string};  // of the wrong type perhaps: the list's check says so
  for (const Literal& item : list) {
    const auto* text = std::get_if<std::string>(&item.value);
    const bool named = text && text->find("${") != std::string::npos;
    const auto expression = text ? from_template(*text, item.place, named ? any : plain_text) : std::nullopt;
    if (text && !expression) return std::nullopt;
    if (expression && !expression->constant) {
      error(item.place, "a list cannot hold ${" + first_case_value(*expression) + "}, which is known only when cases run");
      return std::nullopt;
    }
    const auto value = text ? expression->constant : plain_value(item, spec);
    if (!value) return std::nullopt;
    items.push_back(*value);
  }
  auto value = as_list(std::move(items));
  if (!value) error(literal.place, "expected " + wanted(spec) + ", found a list of values of different kinds");
  return value;
}

std::optional<ParamValue> Evaluator::plain_value(const Literal& literal, const ParamSpec& spec) {
  if (const auto* flag = std::get_if<bool>(&literal.value)) return ParamValue(*flag);
  if (const auto* integer = std::get_if<std::int64_t>(&literal.value)) return ParamValue(*integer);
  if (const auto* number = std::get_if<double>(&literal.value)) return ParamValue(*number);
  if (const auto* list = std::get_if<Literal::List>(&literal.value)) return list_value(literal, *list, spec);
  error(literal.place, "expected " + wanted(spec) + ", found null");
  return std::nullopt;
}

std::optional<Expression> Evaluator::checked(ParamValue value, const SourceLocation& place, const ParamSpec& spec) {
  if (const std::string fault = check_value(spec, value); !fault.empty()) {
    error(place, fault);
    return std::nullopt;
  }
  Expression expression{std::move(value), {}, spec.type == ParamType::path ? base_ : std::filesystem::path(), {}};
  if (!is_too_long(expression)) return expression;
  error(place, "the value " + kTooLong);
  return std::nullopt;
}

std::optional<Expression> Evaluator::evaluate(const Literal& literal, const ParamSpec& spec) {
  if (const auto* text = std::get_if<std::string>(&literal.value)) return from_template(*text, literal.place, spec);
  const auto value = plain_value(literal, spec);
  return value ? checked(*value, literal.place, spec) : std::nullopt;
}

std::optional<Expression> Evaluator::evaluate_text(const std::string& text, const ParamSpec& spec) {
  if (is_text(spec.type) || text.find("${") != std::string::npos) return from_template(text, {}, spec);
  try {
    return Expression{value_from_text(spec, text), {}, {}, {}};
  } catch (const Error& fault) {
    error({}, fault.what());
    return std::nullopt;
  }
}

std::optional<Expression> Evaluator::evaluate_default(const ParamSpec& spec, const SourceLocation& place) {
  return checked(*spec.default_value, place, spec);
}

}  // namespace flowrun::checks
