#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace flowrun {

/// The names of the cases of the latest run into an output folder, in their order, one a line in <out>/flowrun/cases.txt
/// (of another graph than the folder's first in cases.<word>.txt): what
/// tables made later, such as those of several shards, are ordered by. Throws Error when it cannot be written.
void write_case_order(const std::filesystem::path& out, const std::vector<std::string>& names, const std::string& word = "");

/// Empty where there is none.
std::vector<std::string> read_case_order(const std::filesystem::path& out, const std::string& word = "");

}  // namespace flowrun
