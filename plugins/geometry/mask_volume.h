#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::geometry {

/// geometry.mask_volume: how much a mask contains, as a number that other nodes can take and as a figure.
NodeType mask_volume_type();

}  // namespace flowrun::geometry
