#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::fusion {

/// fusion.maximum: the largest value among maps, voxel by voxel.
NodeType maximum_type();

}  // namespace flowrun::fusion
