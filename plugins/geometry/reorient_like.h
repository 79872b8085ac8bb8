#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::geometry {

/// geometry.reorient_volume_like, geometry.reorient_mask_like, geometry.reorient_labels_like: a result brought back to the axes
/// of the image that it was made from.
NodeType reorient_volume_like_type();
NodeType reorient_mask_like_type();
NodeType reorient_labels_like_type();

}  // namespace flowrun::geometry
