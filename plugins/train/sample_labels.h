#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::train {

/// train.sample_labels: voxels of each class of one case, with the image values around them.
NodeType sample_labels_type();

}  // namespace flowrun::train
