#include "registry/param_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace flowrun::registry {
namespace {

using Sentences = std::vector<std::string>;

bool is_list(ParamType type) { return type == ParamType::integers || type == ParamType::numbers || type == ParamType::strings; }

bool is_numeric(ParamType type) {
  return type == ParamType::integer || type == ParamType::number || type == ParamType::integers || type == ParamType::numbers;
}

/// Every number in a value, alone or in a list.
std::vector<double> numbers_in(const ParamValue& value) {
  if (const auto* one = std::get_if<std::int64_t>(&value)) return {static_cast<double>(*one)};
  if (const auto* one = std::get_if<double>(&value)) return {*one};
  if (const auto* all = std::get_if<std::vector<std::int64_t>>(&value)) return {all->begin(), all->end()};
  if (const auto* all = std::get_if<std::vector<double>>(&value)) return *all;
  return {};
}

std::size_t length_of(const ParamValue& value) {
  if (const auto* all = std::get_if<std::vector<std::int64_t>>(&value)) return all->size();
  if (const auto* all = std::get_if<std::vector<double>>(&value)) return all->size();
  if (const auto* all = std::get_if<std::vector<std::string>>(&value)) return all->size();
  return 0;
}

void check_range(const ParamSpec& spec, Sentences& faults) {
  if (!spec.min && !spec.max) return;
  if (!is_numeric(spec.type)) {
    faults.push_back("a range needs a type of numbers, but it is of type " + std::string(to_string(spec.type)));
    return;
  }
  const double min = spec.min.value_or(-HUGE_VAL), max = spec.max.value_or(HUGE_VAL);
  if ((spec.min && !std::isfinite(min)) || (spec.max && !std::isfinite(max)))
    faults.push_back("its range has a limit that is no finite number");
  else if (min > max)
    faults.push_back("its min " + to_string(ParamValue(min)) + " is above its max " + to_string(ParamValue(max)));
}

void check_choices(const ParamSpec& spec, Sentences& faults) {
  if (spec.type != ParamType::choice) {
    if (!spec.choices.empty())
      faults.push_back("it has choices, but is of type " + std::string(to_string(spec.type)) + " and not enum");
    return;
  }
  if (spec.choices.empty()) faults.push_back("it is an enum without choices");
  const std::set<std::string> unique(spec.choices.begin(), spec.choices.end());
  if (unique.size() != spec.choices.size()) faults.push_back("it lists a choice twice");
  if (unique.count("") != 0) faults.push_back("it has an empty choice");
}

void check_length(const ParamSpec& spec, Sentences& faults) {
  if (spec.length != 0 && !is_list(spec.type))
    faults.push_back("it has a length, but is of type " + std::string(to_string(spec.type)) + " and not a list");
}

void check_default(const ParamSpec& spec, Sentences& faults) {
  if (!spec.default_value) return;
  const ParamValue& value = *spec.default_value;
  if (!holds_type(spec.type, value)) {
    faults.push_back("its default is not of type " + std::string(to_string(spec.type)));
    return;
  }
  const std::string start = "its default " + to_string(value) + " ";
  for (const double number : numbers_in(value)) {
    if (!std::isfinite(number)) faults.push_back(start + "is no finite number");
    else if (spec.min && number < *spec.min) faults.push_back(start + "is below its min " + to_string(ParamValue(*spec.min)));
    else if (spec.max && number > *spec.max) faults.push_back(start + "is above its max " + to_string(ParamValue(*spec.max)));
  }
  if (is_list(spec.type) && spec.length != 0 && length_of(value) != spec.length)
    faults.push_back(start + "has " + std::to_string(length_of(value)) + " items, its length is " + std::to_string(spec.length));
  if (spec.type == ParamType::choice &&
      std::find(spec.choices.begin(), spec.choices.end(), std::get<std::string>(value)) == spec.choices.end())
    faults.push_back(start + "is none of its choices");
}

}  // namespace

bool holds_type(ParamType type, const ParamValue& value) {
  // By ParamType: the index of its alternative of ParamValue.
  constexpr std::array<std::size_t, 9> kAlternative{0, 1, 2, 3, 3, 3, 4, 5, 6};
  const auto index = static_cast<std::size_t>(type);
  return index < kAlternative.size() && value.index() == kAlternative[index];
}

std::vector<std::string> param_faults(const ParamSpec& spec) {
  Sentences faults;
  if (to_string(spec.type) == "unknown") return {"its type is unknown to this flowrun"};
  if (spec.help.empty()) faults.push_back("its help is empty");
  check_range(spec, faults);
  check_choices(spec, faults);
  check_length(spec, faults);
  check_default(spec, faults);
  return faults;
}

}  // namespace flowrun::registry
