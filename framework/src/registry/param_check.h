#pragma once

#include <string>
#include <vector>

#include "flowrun/sdk/parameters.h"

namespace flowrun::registry {

/// What is wrong with one described parameter, except its name; sentences that follow "parameter 'x': ".
std::vector<std::string> param_faults(const ParamSpec& spec);

/// Whether a value is of the alternative that a type takes; an integer will not do for a number here.
bool holds_type(ParamType type, const ParamValue& value);

}  // namespace flowrun::registry
