#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::segment {

/// segment.threshold: the voxels of a volume above a value, as a mask.
NodeType threshold_type();

}  // namespace flowrun::segment
