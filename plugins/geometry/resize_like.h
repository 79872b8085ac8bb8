#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::geometry {

/// geometry.resize_volume_like, geometry.resize_mask_like: what was resized, or made of it, back on a reference's grid over the
/// same box of the world.
NodeType resize_volume_like_type();
NodeType resize_mask_like_type();

}  // namespace flowrun::geometry
