#include "flowrun/sdk/parameters.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

constexpr std::array<std::pair<ParamType, std::string_view>, 9> kTypeWords{{{ParamType::boolean, "boolean"},
                                                                            {ParamType::integer, "integer"},
                                                                            {ParamType::number, "number"},
                                                                            {ParamType::string, "string"},
                                                                            {ParamType::path, "path"},
                                                                            {ParamType::choice, "enum"},
                                                                            {ParamType::integers, "integers"},
                                                                            {ParamType::numbers, "numbers"},
                                                                            {ParamType::strings, "strings"}}};

std::string text_of(bool value) { return value ? "true" : "false"; }
std::string text_of(std::int64_t value) { return std::to_string(value); }
std::string text_of(double value) {
  char buffer[32];  // the shortest text that reads back as the same number
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return {buffer, end};
}
std::string text_of(const std::string& value) {
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}
template <class T>
std::string text_of(const std::vector<T>& values) {
  std::string text = "[";
  for (std::size_t i = 0; i < values.size(); ++i) text += (i ? ", " : "") + text_of(values[i]);
  return text + "]";
}

template <class T>
const T& get(const Params& params, std::string_view name, const char* wanted) {
  const ParamValue* value = params.find(name);
  if (!value)
    throw Error("the node asks for parameter '" + std::string(name) +
                "', which its type does not describe (or which is per case)");
  if (const T* held = std::get_if<T>(value)) return *held;
  throw Error("the node asks for parameter '" + std::string(name) + "' as " + wanted + ", but it is " + to_string(*value));
}

}  // namespace

std::string_view to_string(ParamType type) {
  for (const auto& [known, word] : kTypeWords)
    if (known == type) return word;
  return "unknown";
}

std::optional<ParamType> param_type(std::string_view word) {
  for (const auto& [type, known] : kTypeWords)
    if (known == word) return type;
  return std::nullopt;
}

std::string to_string(const ParamValue& value) {
  return std::visit([](const auto& held) { return text_of(held); }, value);
}

void Params::set(std::string name, ParamValue value) {
  const auto same = std::find_if(values_.begin(), values_.end(), [&](const auto& entry) { return entry.first == name; });
  if (same != values_.end()) same->second = std::move(value);
  else values_.emplace_back(std::move(name), std::move(value));
}

const ParamValue* Params::find(std::string_view name) const {
  for (const auto& [known, value] : values_)
    if (known == name) return &value;
  return nullptr;
}

bool Params::flag(std::string_view name) const { return get<bool>(*this, name, "a boolean"); }
std::int64_t Params::integer(std::string_view name) const { return get<std::int64_t>(*this, name, "an integer"); }
double Params::number(std::string_view name) const {
  const ParamValue* value = find(name);
  if (value && std::holds_alternative<std::int64_t>(*value)) return static_cast<double>(std::get<std::int64_t>(*value));
  return get<double>(*this, name, "a number");
}
const std::string& Params::text(std::string_view name) const { return get<std::string>(*this, name, "text"); }
const std::vector<std::int64_t>& Params::integers(std::string_view name) const {
  return get<std::vector<std::int64_t>>(*this, name, "integers");
}
const std::vector<double>& Params::numbers(std::string_view name) const {
  return get<std::vector<double>>(*this, name, "numbers");
}
const std::vector<std::string>& Params::texts(std::string_view name) const {
  return get<std::vector<std::string>>(*this, name, "strings");
}

}  // namespace flowrun
