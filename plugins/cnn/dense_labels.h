#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::cnn {

/// cnn.dense_labels: the class of each voxel of a list by a patch network, whole regions at once where that is exact.
NodeType dense_labels_type();

}  // namespace flowrun::cnn
