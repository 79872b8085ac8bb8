#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::segment {

/// segment.components: the connected components of a mask that are large enough.
NodeType components_type();

}  // namespace flowrun::segment
