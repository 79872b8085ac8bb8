#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::check {

/// check.slices: whether an image's voxels are too large for what follows.
NodeType slices_type();

}  // namespace flowrun::check
