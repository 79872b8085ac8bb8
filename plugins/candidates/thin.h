#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::candidates {

/// candidates.thin: one voxel of a list in each cell of the grid, for a first, coarse look.
NodeType thin_type();

}  // namespace flowrun::candidates
