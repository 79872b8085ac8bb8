#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::patches {

/// patches.scatter: a case's scores, chunk by chunk, put back at their voxels as a map.
NodeType scatter_type();

}  // namespace flowrun::patches
