#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::cnn {

/// cnn.import_weights: the published weights of the MSSEG-2016 cascade (a Python pickle) as a TorchScript model.
NodeType import_weights_type();

}  // namespace flowrun::cnn
