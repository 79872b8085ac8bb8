#pragma once

#include "flowrun/host/graph_check.h"

namespace flowrun {

/// find_plugins; its warning goes to the standard error, once in the life of the process.
Registry open_registry(const std::vector<std::string>& plugin_paths);

}  // namespace flowrun
