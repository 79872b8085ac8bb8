#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::segment {

/// segment.grow: a mask grown into the touching voxels whose value in an image is above a threshold.
NodeType grow_type();

}  // namespace flowrun::segment
