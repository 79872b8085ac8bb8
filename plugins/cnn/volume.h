#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::cnn {

/// cnn.volume: a network over whole images.
NodeType volume_type();
/// cnn.volume_labels: the class of each voxel of whole images.
NodeType volume_labels_type();

}  // namespace flowrun::cnn
