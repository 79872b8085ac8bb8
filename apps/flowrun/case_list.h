#pragma once

#include <map>
#include <string>
#include <vector>

#include "flowrun/host/validated_graph.h"

namespace flowrun {

/// Cases as the command line and a table give them, with the place of each for messages.
struct CaseList {
  std::vector<Case> cases;
  std::map<std::string, Place> places;  ///< of a case's row, by name; empty for the case of the command line
  std::vector<std::string> missing;  ///< inputs that the table has no column for; said once already, not to be said for each case
};

struct CaseSource {
  std::vector<std::string> inputs;  ///< name=value, for every case
  std::string table;                ///< empty: one case
  std::string case_name;            ///< of that one case; empty: the graph's name
};

/// Collects the cases; every value is text still. `spec` may be null (a graph that cannot be read): then the table's form only is
/// checked.
CaseList collect_cases(const CaseSource& source, const GraphSpec* spec, Faults& faults);

/// check_cases, with each fault of a case placed at its row.
void check_case_list(const ValidatedGraph& graph, CaseList& list, const std::filesystem::path& out, Faults& faults);

}  // namespace flowrun
