#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::candidates {

/// candidates.above: the voxels of a volume above a threshold, or each voxel of a mask.
NodeType above_type();

}  // namespace flowrun::candidates
