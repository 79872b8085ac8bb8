// The node types of this plugin.
#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::candidates {

/// candidates.above: the voxels of a volume above a threshold, or each voxel of a mask.
NodeType above_type();
/// candidates.narrow: those voxels of a list at which a map is above a threshold.
NodeType narrow_type();
/// candidates.near: those voxels of a list that lie near a place where a map is above a threshold.
NodeType near_type();
/// candidates.thin: one voxel of a list in each cell of the grid, for a first, coarse look.
NodeType thin_type();

}  // namespace flowrun::candidates
