#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::segment {

/// segment.shift: a mask moved by whole voxels.
NodeType shift_type();

}  // namespace flowrun::segment
