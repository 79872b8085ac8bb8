#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::geometry {

/// geometry.pad_volume_like, geometry.pad_mask_like: what was cropped, or made of it, back on the whole image's grid.
NodeType pad_volume_like_type();
NodeType pad_mask_like_type();

}  // namespace flowrun::geometry
