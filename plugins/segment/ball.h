#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::segment {

/// segment.dilate, segment.erode: a mask grown or shrunk by a ball of a radius in mm.
NodeType dilate_type();
NodeType erode_type();

}  // namespace flowrun::segment
