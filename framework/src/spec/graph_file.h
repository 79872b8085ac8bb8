#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "flowrun/host/diagnostic.h"

namespace flowrun::spec {

inline constexpr std::size_t kLargestGraphFile = std::size_t{4} << 20;

/// Why a file cannot be read as `what` ("a graph"), as "does not exist"; nothing when it can. A pipe or a device may have no end.
std::string file_fault(const std::filesystem::path& file, const std::string& what);

/// What the standard input contains up to its end; likewise.
std::optional<std::string> read_standard_input(Diagnostics& faults);

/// The file's bytes; nothing, and a fault, when it cannot be read or is too large for a graph.
std::optional<std::string> read_graph_file(const std::filesystem::path& file, Diagnostics& faults);

}  // namespace flowrun::spec
