#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::candidates {

/// candidates.near: those voxels of a list that lie near a place where a map is above a threshold.
NodeType near_type();

}  // namespace flowrun::candidates
