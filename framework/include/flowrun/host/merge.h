// What shards of a run have left, made into what one run would have left.
#pragma once

#include "flowrun/host/cohort.h"

namespace flowrun {

struct MergeRequest {
  std::filesystem::path out;
  IsolatedProgram isolated;      ///< starts the processes of isolated firings
  Registry* registry = nullptr;  ///< of the plugins of the shards' graph; null: only where no node takes all cases
};

/// merge_records of host/cohort.h. Nodes that take all cases of shards fire when these have ended, over the items that the shards
/// kept, in the order of the cases; the record of the run is then in the folder. What an earlier merge made of the same items
/// stays. Throws Error for a folder without records.
std::vector<MergedRecords> merge_shards(const MergeRequest& request, const CohortEvents& events = {});

}  // namespace flowrun
