#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::intensity {

/// intensity.normalise: (x - mean) / sd of a volume, over its non-zero voxels, a mask or all voxels.
NodeType normalise_type();

}  // namespace flowrun::intensity
