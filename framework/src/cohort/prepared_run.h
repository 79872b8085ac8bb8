#pragma once

#include "cohort/case_source.h"
#include "cohort/result_layout.h"
#include "cohort/shard.h"
#include "flowrun/host/cohort.h"

namespace flowrun {

/// All that is known of a run before its first case.
struct PreparedRun {
  CohortRequest request;
  std::shared_ptr<const ValidatedGraph> graph;  ///< null: it cannot be used
  std::shared_ptr<const ValidatedGraph> whole;  ///< of a shard whose items a merge collects (collecting.h); else null
  std::shared_ptr<const ResultLayout> layout;
  CaseList list;
  RunOptions options;
  std::int64_t replay_limit = 0;  ///< bytes
  std::int64_t cache_limit = 0;   ///< likewise
  Shard shard;
  std::vector<std::string> names;  ///< of all cases, before some were chosen
  std::string word;                ///< of the graph in the output folder, see graph_books

  std::filesystem::path out() const { return request.out; }
};

/// Reads the graph, finds the cases and checks them together. Writes nothing.
PreparedRun prepare_run(CohortRequest request, Registry& registry, Diagnostics& faults);

std::vector<std::string> names_of(const std::vector<Case>& cases);

}  // namespace flowrun
