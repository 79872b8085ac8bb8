#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::fusion {

/// fusion.mean: the mean of maps, voxel by voxel.
NodeType mean_type();

}  // namespace flowrun::fusion
