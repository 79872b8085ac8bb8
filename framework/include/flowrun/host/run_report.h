#pragma once

#include <string>
#include <vector>

#include "flowrun/host/case_row.h"
#include "flowrun/host/critical_path.h"

namespace flowrun {

/// One node of the graph over all cases.
struct NodeSummary {
  NodeRecord node;                  ///< of the first case; counts and times are those of all
  std::vector<float> case_seconds;  ///< busy, of each case in which it fired
  std::string slowest_case;
  double slowest_seconds = 0;
};

/// What a run's page is made of, gathered from the records of its cases.
struct RunReport {
  std::string graph, graph_file, graph_hash;
  std::size_t cases = 0;              ///< that were begun
  std::size_t of_another_graph = 0;   ///< of these, made with another graph, parameters or plugins than the first case
  std::string first_case, other_case, difference;  ///< the first, the first other one, and a first difference in words
  std::vector<NodeSummary> nodes;
  std::vector<ModelFile> models;
  double busy_s = 0;
  std::string slowest_case;  ///< of those done
  double slowest_seconds = 0;
  std::vector<PathStep> slowest_path;

  void add(const CaseRecord& record);
  /// "cases were not all made alike: ..."; empty: they were.
  std::string mixture_text() const;
};

/// What is in no case's record.
struct RunFacts {
  bool running = false;  ///< the page is a look at a run that has not ended
  bool interrupted = false;
  std::size_t cases = 0;  ///< how many there are to be
  double seconds = 0;     ///< of this run; 0: not known
  int threads = 0;        ///< 0: not known
  std::int64_t peak_resident_bytes = 0;
  std::vector<CaseError> errors;         ///< of nodes that fire once for the run
  std::vector<std::string> warnings;     ///< "node: sentence"
  std::vector<CaseRow::Figure> figures;  ///< of nodes that fire once for the run
};

/// Of a run that has ended.
RunFacts facts_of(const ValidatedGraph& graph, const RunResult& result);

}  // namespace flowrun
