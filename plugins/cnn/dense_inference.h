#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::cnn {

/// cnn.dense_inference: a patch network's probability at every voxel of a list, the arithmetic of overlapping patches shared.
NodeType dense_inference_type();

}  // namespace flowrun::cnn
