#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::fusion {

/// fusion.multiply: the product of maps, voxel by voxel.
NodeType multiply_type();

}  // namespace flowrun::fusion
