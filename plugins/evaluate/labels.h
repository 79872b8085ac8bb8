#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::evaluate {

/// evaluate.labels: agreement of a label image with a reference, label by label.
NodeType labels_type();

}  // namespace flowrun::evaluate
