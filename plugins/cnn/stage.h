#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::cnn {

/// cnn.stage: runs a TorchScript network over patches, N x C x D x H x W to N x K scores.
NodeType stage_type();

}  // namespace flowrun::cnn
