#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::geometry {

/// geometry.resize_volume, geometry.resize_mask: an image on another number of voxels over the same box of the world.
NodeType resize_volume_type();
NodeType resize_mask_type();

}  // namespace flowrun::geometry
