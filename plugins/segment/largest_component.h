#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::segment {

/// segment.largest_component: the largest connected component of a mask.
NodeType largest_component_type();

}  // namespace flowrun::segment
