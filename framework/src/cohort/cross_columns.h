#pragma once

#include <memory>
#include <vector>

#include "cohort/folds.h"
#include "flowrun/host/graph_spec.h"

namespace flowrun {

/// Checks the columns of the person's table against what the steps take, before a step has a table of its own: columns and cells
/// that a graph needs and that neither the step's `in` nor a default gives, names in `in`, columns that no step uses. `graphs`:
/// of the steps; null: it cannot be read, so it may use any column.
void check_cross_columns(const CrossTable& table, const CrossPlan& plan, const std::string& together,
                         const std::vector<std::shared_ptr<const GraphSpec>>& graphs, Diagnostics& faults);

}  // namespace flowrun
