#include "json/own_json.h"

#include <cmath>
#include <limits>

#include "flowrun/sdk/error.h"

namespace flowrun {

using json::Kind;
using json::Value;

Value parse_own(const std::string& text, const std::string& file) {
  Diagnostics faults;
  std::optional<Value> tree = json::parse(text, file, faults);
  if (!tree || faults.has_errors()) throw Error(faults.all().empty() ? "it is not JSON" : to_string(faults.all().front()));
  return std::move(*tree);
}

Value number_value(double number) {
  if (std::isfinite(number)) return Value(number);
  return Value(std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf");
}

double number_of(const Value& value) {
  if (value.is(Kind::number) || value.is(Kind::integer)) return value.number();
  const std::string text = value.is(Kind::string) ? value.text() : "";
  if (text == "nan") return std::nan("");
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  throw Error("it has " + std::string(json::to_string(value.kind())) + " where a number should be");
}

}  // namespace flowrun
