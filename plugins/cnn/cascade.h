#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::cnn {

/// cnn.cascade: two networks over the patches around a list of voxels, cut where the networks run.
NodeType cascade_type();

}  // namespace flowrun::cnn
