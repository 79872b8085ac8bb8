#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::segment {

/// segment.fill_holes: a mask with the background filled that it encloses.
NodeType fill_holes_type();

}  // namespace flowrun::segment
