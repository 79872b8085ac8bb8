#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::patches {

/// patches.scatter_labels: the class that scores highest at each voxel, as a label image.
NodeType scatter_labels_type();

}  // namespace flowrun::patches
