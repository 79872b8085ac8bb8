#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::candidates {

/// candidates.narrow: those voxels of a list at which a map is above a threshold.
NodeType narrow_type();

}  // namespace flowrun::candidates
