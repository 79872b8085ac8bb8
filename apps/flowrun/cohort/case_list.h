#pragma once

#include <map>
#include <string>
#include <vector>

#include "flowrun/host/validated_graph.h"

namespace flowrun {

/// Cases as the command line, a table, patterns or a data set give them.
struct CaseList {
  std::vector<Case> cases;
  std::vector<std::string> missing;  ///< inputs that no case has a value for; said once already, not to be said for each case
};

/// What is done with a case that has some of its files and not all.
enum class Incomplete { is_fault, is_left_out };

/// Where cases come from, as the command line says it.
struct CaseSource {
  std::vector<std::string> inputs;  ///< name=value, for every case
  std::vector<std::string> cases;   ///< a table, or patterns such as flair=data/{case}/FLAIR.nii.gz; empty: one case, or BIDS
  std::string case_name;            ///< of that one case; empty: the graph's name
  std::string bids;                 ///< folder of a BIDS data set
  std::vector<std::string> participants;
  std::vector<std::string> sessions;
  std::vector<std::string> bids_filters;  ///< input.entity=label
  Incomplete incomplete = Incomplete::is_fault;
};

using CommonValues = std::map<std::string, std::string>;

/// Collects the cases; every value is text still. `spec` may be null (a graph that cannot be read): then only what needs no graph
/// is checked.
CaseList collect_cases(const CaseSource& source, const GraphSpec* spec, Faults& faults);

/// check_cases, without what was said already.
void check_case_list(const ValidatedGraph& graph, CaseList& list, const std::filesystem::path& out, Faults& faults);

/// Puts the values of --in into a case.
void add_common(const CommonValues& common, Case& one);

}  // namespace flowrun
