#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::train {

/// train.sample: lesion voxels and as many others of one case, with the image values around them.
NodeType sample_type();

}  // namespace flowrun::train
