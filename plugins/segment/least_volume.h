#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::segment {

/// segment.least_volume: a mask, or an empty one where it is too small as a whole.
NodeType least_volume_type();

}  // namespace flowrun::segment
