#pragma once

#include <string>
#include <vector>

#include "flowrun/host/graph_spec.h"

namespace flowrun {

/// The value-typed input of that name, or null.
const ValueSpec* find_input(const GraphSpec& spec, const std::string& name);
std::vector<std::string> input_names(const GraphSpec& spec);

}  // namespace flowrun
