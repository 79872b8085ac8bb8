#pragma once

#include <optional>

#include "flowrun/sdk/parameters.h"
#include "json/json.h"

namespace flowrun::json {

/// A JSON value as a parameter's value, by its own form: a plain value, or a list of values of one kind (integers beside numbers
/// are numbers). Nothing for null, an object or a mixed list.
std::optional<ParamValue> to_param_value(const Value& value);

}  // namespace flowrun::json
