// The node types of this plugin.
#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::check {

/// check.brain: whether a brain mask can be one: not empty, of a brain's size, not cut off by the image.
NodeType brain_type();
/// check.contrast: whether an image looks like the contrast that it is taken for.
NodeType contrast_type();
/// check.contrasts: whether images of one head were given for the contrasts that they are.
NodeType contrasts_type();
/// check.slices: whether an image's voxels are too large for what follows.
NodeType slices_type();

}  // namespace flowrun::check
