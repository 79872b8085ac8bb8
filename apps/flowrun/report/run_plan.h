#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowrun/host/validated_graph.h"

namespace flowrun {

/// What --dry-run shows.
void print_plan(const ValidatedGraph& graph, const std::vector<Case>& cases, const std::filesystem::path& out);

/// Finds out, without making anything, whether a folder can be made or written into; else a fault.
void check_writable(const std::filesystem::path& folder, const std::string& option, Faults& faults);

/// Makes the folder and proves with a file that it can be written. Throws Error.
void prepare_folder(const std::filesystem::path& folder, const std::string& option);

}  // namespace flowrun
