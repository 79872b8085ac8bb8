#include "json/param_value.h"

#include <algorithm>

namespace flowrun::json {
namespace {

template <class T>
bool all_are(const Value& list, std::initializer_list<Kind> kinds, std::vector<T>& out, T (*get)(const Value&)) {
  for (const Value& item : list.items()) {
    if (std::find(kinds.begin(), kinds.end(), item.kind()) == kinds.end()) return false;
    out.push_back(get(item));
  }
  return true;
}

std::optional<ParamValue> list_value(const Value& list) {
  std::vector<std::int64_t> integers;
  std::vector<double> numbers;
  std::vector<std::string> texts;
  if (all_are<std::int64_t>(list, {Kind::integer}, integers, [](const Value& v) { return v.integer(); })) return integers;
  if (all_are<double>(list, {Kind::integer, Kind::number}, numbers, [](const Value& v) { return v.number(); })) return numbers;
  if (all_are<std::string>(list, {Kind::string}, texts, [](const Value& v) { return v.text(); })) return texts;
  return std::nullopt;
}

}  // namespace

std::optional<ParamValue> to_param_value(const Value& value) {
  switch (value.kind()) {
    case Kind::boolean:
      return value.boolean();
    case Kind::integer:
      return value.integer();
    case Kind::number:
      return value.number();
    case Kind::string:
      return value.text();
    case Kind::array:
      return list_value(value);
    default:
      return std::nullopt;
  }
}

}  // namespace flowrun::json
