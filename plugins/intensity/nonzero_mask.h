#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::intensity {

/// intensity.nonzero_mask: the voxels of a volume that are not 0.
NodeType nonzero_mask_type();

}  // namespace flowrun::intensity
