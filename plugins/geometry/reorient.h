#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::geometry {

/// geometry.reorient_volume, geometry.reorient_mask, geometry.reorient_labels: an image with its axes exchanged and flipped
/// until they run as stated.
NodeType reorient_volume_type();
NodeType reorient_mask_type();
NodeType reorient_labels_type();

}  // namespace flowrun::geometry
