#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::geometry {

/// geometry.crop_volume, geometry.crop_mask: the part of an image that lies in a box.
NodeType crop_volume_type();
NodeType crop_mask_type();

}  // namespace flowrun::geometry
