#pragma once

#include <set>
#include <string>
#include <vector>

#include "flowrun/sdk/parameters.h"

namespace flowrun {

/// "integers (3)", "enum", "path (written)".
std::string type_text(const ParamSpec& spec);

/// The rest that bounds a value: default or `without_default`, range, unit, choices.
std::string bounds_text(const ParamSpec& spec, const std::string& without_default = "required");

/// What values are allowed beyond the type: "0 to 1", "one of a, b", or nothing.
std::string allowed_text(const ParamSpec& spec);

/// A block for each parameter: name, type and bounds on a line, help below.
/// `optional`: the names of those that may be left out though they have no default.
std::string params_text(const std::vector<ParamSpec>& specs, const std::set<std::string>& optional = {});

}  // namespace flowrun
