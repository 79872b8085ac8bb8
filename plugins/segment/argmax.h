#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::segment {

/// segment.argmax: the class with the highest value at each voxel.
NodeType argmax_type();

}  // namespace flowrun::segment
