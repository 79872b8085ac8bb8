#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::evaluate {

/// evaluate.summary: the rows of all cases with their mean, standard deviation and median, as CSV and JSON.
NodeType summary_type();

}  // namespace flowrun::evaluate
