#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::geometry {

/// geometry.voxel_size: how large an image's voxels are, as numbers that other nodes can take.
NodeType voxel_size_type();

}  // namespace flowrun::geometry
