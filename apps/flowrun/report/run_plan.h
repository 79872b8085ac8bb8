#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowrun/host/validated_graph.h"

namespace flowrun {

/// What --dry-run shows.
void print_plan(const ValidatedGraph& graph, const std::vector<Case>& cases, const std::filesystem::path& out);

}  // namespace flowrun
