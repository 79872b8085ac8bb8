#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cohort/case_list.h"
#include "cohort/shard.h"
#include "flowrun/host/runtime.h"

namespace flowrun {

/// All that is known of a run before its first case.
struct PreparedRun {
  std::shared_ptr<const ValidatedGraph> graph;
  CaseList list;
  RunOptions options;
  std::int64_t replay_limit = 0;  ///< bytes
  Shard shard;
  std::vector<std::string> names;  ///< of all cases, before some were chosen
  std::string word;                ///< of the graph in the output folder, see graph_books
};

}  // namespace flowrun
