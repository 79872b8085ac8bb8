#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::check {

/// check.brain: whether a brain mask can be one: not empty, of a brain's size, not cut off by the image.
NodeType brain_type();

}  // namespace flowrun::check
