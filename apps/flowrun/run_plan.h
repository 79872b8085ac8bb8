#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowrun/host/validated_graph.h"

namespace flowrun {

/// A file that a node reads or writes for one case.
struct CaseFile {
  std::string node;
  PathRole role = PathRole::input;
  std::string path;
};

/// The files of one case, in the graph's order; without those that are the same for all cases (models). Throws Error where a
/// parameter's value does not fit.
std::vector<CaseFile> files_of(const ValidatedGraph& graph, const Case& one, const std::filesystem::path& out);

/// What --dry-run shows.
void print_plan(const ValidatedGraph& graph, const std::vector<Case>& cases, const std::filesystem::path& out);

/// Finds out, without making anything, whether a folder can be made or written into; else a fault.
void check_writable(const std::filesystem::path& folder, const std::string& option, Faults& faults);

/// Makes the folder and proves with a file that it can be written. Throws Error.
void prepare_folder(const std::filesystem::path& folder, const std::string& option);

}  // namespace flowrun
