#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::check {

/// check.contrast: whether an image looks like the contrast that it is taken for.
NodeType contrast_type();

}  // namespace flowrun::check
