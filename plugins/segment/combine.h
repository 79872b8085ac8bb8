#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::segment {

/// segment.combine: the voxels that all of several masks have, or any of them.
NodeType combine_type();

}  // namespace flowrun::segment
