#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::registration {

/// Transforms one after the other, and the way back.
NodeType compose_type();
NodeType invert_type();

}  // namespace flowrun::registration
