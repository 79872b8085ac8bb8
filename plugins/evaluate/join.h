#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::evaluate {

/// evaluate.join: the measures of one case from several nodes, in one row.
NodeType join_type();

}  // namespace flowrun::evaluate
