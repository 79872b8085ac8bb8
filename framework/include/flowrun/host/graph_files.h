// The files that a graph is made of.
#pragma once

#include <filesystem>
#include <set>
#include <string>

namespace flowrun {

/// The files that loading a graph reads, or looks for and cannot read: its own, and those of its subgraphs.
std::set<std::string> graph_files(const std::filesystem::path& file);

}  // namespace flowrun
