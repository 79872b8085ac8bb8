#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::cnn {

/// cnn.volume: a network over whole images.
NodeType volume_type();

}  // namespace flowrun::cnn
