#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::evaluate {

/// evaluate.overlap: how well a mask agrees with a reference, over voxels, volumes and surfaces.
NodeType overlap_type();

}  // namespace flowrun::evaluate
