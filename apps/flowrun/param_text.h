#pragma once

#include <string>
#include <vector>

#include "flowrun/sdk/parameters.h"

namespace flowrun {

/// "integers (3)", "enum", "path (written)".
std::string type_text(const ParamSpec& spec);

/// The rest that bounds a value: default or "required", range, unit, choices.
std::string bounds_text(const ParamSpec& spec);

/// What values are allowed beyond the type: "0 to 1", "one of a, b", or nothing.
std::string allowed_text(const ParamSpec& spec);

/// A block for each parameter: name, type and bounds on a line, help below.
std::string params_text(const std::vector<ParamSpec>& specs);

}  // namespace flowrun
