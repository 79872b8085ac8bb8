#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace flowrun {

/// The words of the graphs that have records in an output folder, as read_case_records takes them: "" of "flowrun/cases", "x" of
/// "flowrun/cases.x".
std::vector<std::string> record_words(const std::filesystem::path& out);

}  // namespace flowrun
