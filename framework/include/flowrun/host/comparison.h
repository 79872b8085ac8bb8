// What differs between two runs, according to their records.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "flowrun/host/case_record.h"

namespace flowrun {

/// What differs between two graphs as records have them, in words: "parameter 'above' of node 'bright' changed from 1.5 to 2",
/// "plugin 'segment' was built again (node 'bright')". Never empty.
std::vector<std::string> graph_changes(const std::vector<NodeRecord>& before, const std::vector<NodeRecord>& now);

struct ComparedFigure {
  std::string name;  ///< "node.figure", or a column of the graph
  std::optional<double> a, b;
};

/// A file that both runs wrote, with the type of the node that wrote it.
struct ComparedFile {
  std::string name;  ///< "node.parameter"
  std::string node_type;
  std::filesystem::path a, b;
  bool changed_a = false, changed_b = false;  ///< it is not what that run wrote any more, or is missing
  bool same = false;                          ///< the same bytes, on the disk too
};

struct ComparedCase {
  std::string name;
  CaseStatus status_a = CaseStatus::not_started, status_b = CaseStatus::not_started;
  std::vector<std::string> changes;  ///< of graph, values, inputs and models, in words, from A to B
  std::vector<ComparedFigure> figures;
  std::vector<ComparedFile> files;
};

struct Comparison {
  std::vector<std::string> changes;  ///< those of all compared cases
  std::vector<ComparedCase> cases;   ///< in both; their changes without those of all
  std::vector<std::string> only_a, only_b;
};

/// Throws Error for a folder without records. A folder with records of several graphs is compared by its first.
Comparison compare_runs(const std::filesystem::path& a, const std::filesystem::path& b);

}  // namespace flowrun
