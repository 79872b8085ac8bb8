#pragma once

#include <string>
#include <vector>

#include "cohort/folds.h"
#include "flowrun/host/registry.h"
#include "verbs/crossval.h"

namespace flowrun {

/// All that is known before the first fold.
struct PreparedCrossval {
  CrossPlan plan;
  Registry registry;
  std::vector<std::vector<std::string>> inputs;  ///< of each step's graph, by name
  std::vector<Fold> folds;
};

/// Reads the plan and the table and checks them together: graphs, settings, names that become folders, files that have to be there
/// before the first step. Writes nothing.
PreparedCrossval prepare_crossval(const CrossvalCommand& command, Faults& faults);

}  // namespace flowrun
