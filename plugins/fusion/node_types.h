// The node types of this plugin.
#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::fusion {

/// fusion.multiply: the product of maps, voxel by voxel.
NodeType multiply_type();
/// fusion.mean: the mean of maps, voxel by voxel.
NodeType mean_type();
/// fusion.maximum: the largest value among maps, voxel by voxel.
NodeType maximum_type();

}  // namespace flowrun::fusion
